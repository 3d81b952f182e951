"""Bodies and hands by MediaPipe: one graph per model, built once, fed with small square pictures.

As in `mediapipe_graphs`, the graphs are our own few lines around MediaPipe's subgraphs. They remember nothing: where to look
next is the caller's to know, so that any number of trackers can share them, and no smoothing of MediaPipe's own delays what is
seen.
"""

from __future__ import annotations

import atexit
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any

import numpy as np

from avatarkit.tracking.mediapipe_graph import coordinates, new_graph
from avatarkit.tracking.mediapipe_start import import_mediapipe, quiet_native_log
from avatarkit.tracking.pruned_model import without_output
from avatarkit.tracking.square_crop import EVERYTHING, Place
from avatarkit.vocabulary.mediapipe_points import HAND_POINTS

PERSON_DETECTOR_PX, BODY_INPUT_PX, PALM_DETECTOR_PX, HAND_INPUT_PX = 224, 256, 192, 224
"""Sides of the pictures the models take.

Source: MediaPipe, PoseDetectionCpu, PoseLandmarkByRoiCpu, PalmDetectionCpu, HandLandmarkCpu."""

_BODY_MODEL = "modules/pose_landmark/pose_landmark_full.tflite"
_FULL_HAND_MODEL = "modules/hand_landmark/hand_landmark_full.tflite"
_LITE_HAND_MODEL = "modules/hand_landmark/hand_landmark_lite.tflite"
"""Inside MediaPipe's wheel."""

_PRESENCE_OUTPUT, _MASK_OUTPUT = 1, 2
"""Among the outputs of the body model. The mask of the person's pixels takes 45 % of the model's time, and nobody looks at it.

Source: MediaPipe, TensorsToPoseLandmarksAndSegmentation."""

MIN_PERSON_SCORE = 0.5
"""MediaPipe's own."""

MIN_PALM_SCORE = 0.5
"""MediaPipe's own."""

_FULL_PALM_MODEL = 1
"""The palm model's complexity."""

_HANDS = 2
"""Read at once."""

_HAND_DEPTH = 0.4
"""What a hand's depth is divided by. Source: MediaPipe, HandLandmarkCpu, whose steps these are; it also brings the points into
the whole picture, which is the caller's to do here."""

_DETECTOR = """
    input_stream: "image"  output_stream: "detections"
    node { calculator: "%s" input_stream: "IMAGE:image" output_stream: "DETECTIONS:detections" %s }
"""
_MODEL_OF_A_SQUARE = """
    input_stream: "image"  input_stream: "roi"  input_side_packet: "file"
    node {{ calculator: "TfLiteModelCalculator" input_side_packet: "MODEL_BLOB:file" output_side_packet: "MODEL:model" }}
    node {{ calculator: "ImageToTensorCalculator" input_stream: "IMAGE:image" input_stream: "NORM_RECT:roi"
            output_stream: "TENSORS:pixels"
            options {{ [mediapipe.ImageToTensorCalculatorOptions.ext] {{
                output_tensor_width: {side} output_tensor_height: {side}
                output_tensor_float_range {{ min: 0 max: 1 }} }} }} }}
    node {{ calculator: "InferenceCalculator" input_side_packet: "MODEL:model"
            input_stream: "TENSORS:pixels" output_stream: "TENSORS:answers"
            options {{ [mediapipe.InferenceCalculatorOptions.ext] {{ delegate {{ xnnpack {{}} }} }} }} }}
"""
_BODY = (
    _MODEL_OF_A_SQUARE.format(side=BODY_INPUT_PX)
    + """
    output_stream: "landmarks"  output_stream: "world"  output_stream: "circle"
    node { calculator: "TensorsToPoseLandmarksAndSegmentation" input_stream: "TENSORS:answers"
           output_stream: "LANDMARKS:landmarks" output_stream: "WORLD_LANDMARKS:world"
           output_stream: "AUXILIARY_LANDMARKS:circle" }
"""
)
_HAND = (
    _MODEL_OF_A_SQUARE.format(side=HAND_INPUT_PX)
    + f"""
    output_stream: "landmarks"  output_stream: "world"  output_stream: "presence"  output_stream: "rightness"
    node {{ calculator: "SplitTensorVectorCalculator" input_stream: "answers"
            output_stream: "points"  output_stream: "flag"  output_stream: "side"  output_stream: "metres"
            options {{ [mediapipe.SplitVectorCalculatorOptions.ext] {{
                ranges {{ begin: 0 end: 1 }} ranges {{ begin: 1 end: 2 }}
                ranges {{ begin: 2 end: 3 }} ranges {{ begin: 3 end: 4 }} }} }} }}
    node {{ calculator: "TensorsToFloatsCalculator" input_stream: "TENSORS:flag" output_stream: "FLOAT:presence" }}
    node {{ calculator: "TensorsToFloatsCalculator" input_stream: "TENSORS:side" output_stream: "FLOAT:rightness" }}
    node {{ calculator: "TensorsToLandmarksCalculator" input_stream: "TENSORS:points" output_stream: "NORM_LANDMARKS:landmarks"
            options {{ [mediapipe.TensorsToLandmarksCalculatorOptions.ext] {{
                num_landmarks: {len(HAND_POINTS)} normalize_z: {_HAND_DEPTH}
                input_image_width: {HAND_INPUT_PX} input_image_height: {HAND_INPUT_PX} }} }} }}
    node {{ calculator: "TensorsToLandmarksCalculator" input_stream: "TENSORS:metres" output_stream: "LANDMARKS:world"
            options {{ [mediapipe.TensorsToLandmarksCalculatorOptions.ext] {{ num_landmarks: {len(HAND_POINTS)} }} }} }}
"""
)
_BODY_PREFIX = "tensorstoposelandmarksandsegmentation__"
_BODY_PRESENCE = f"{_BODY_PREFIX}pose_presence_score"
"""The stream inside the subgraph that says how likely the picture shows one; it is not among the subgraph's outputs."""


@dataclass(frozen=True)
class PointsInCrop:
    """What a landmark model says of a square picture.

    Attributes:
        points: (N, 3) x, y from the top left and depth away from the camera, as fractions of the side.
        world: (N, 3) metres, MediaPipe's axes turned like the picture.
        presence: 0..1, how likely the picture shows what the model is for.
    """

    points: np.ndarray
    world: np.ndarray
    presence: float


@dataclass(frozen=True)
class BodyInCrop(PointsInCrop):
    """A body's 33 points.

    Attributes:
        visibility: (33,) 0..1.
        circle: (2, 2) as fractions of the side: the hips' middle, and a point of the circle around the whole person, upwards.
    """

    visibility: np.ndarray
    circle: np.ndarray


@dataclass(frozen=True)
class HandInCrop(PointsInCrop):
    """A hand's 21 points.

    Attributes:
        leftness: 0..1, how much it looks like the subject's left hand. The model was trained on mirrored pictures: it says how
            much the hand looks like a left one in a mirror.
    """

    leftness: float


class PersonGraphs:
    """Detectors and landmark models of bodies and hands, ready to run from any thread."""

    def __init__(self) -> None:
        with quiet_native_log():
            base, rect = import_mediapipe()
            self._rect, package = rect.NormalizedRect, Path(str(base.__file__)).parents[1]
            self._people = _Graph(_detector("PoseDetectionCpu", {_threshold("posedetectioncpu"): MIN_PERSON_SCORE}))
            self._palms = _Graph(_detector("PalmDetectionCpu", {_threshold("palmdetectioncpu"): MIN_PALM_SCORE}))
            self._body = _Graph(_body_landmarker(package))
            self._hand = _Graph(*(_hand_landmarker(package / _FULL_HAND_MODEL) for _ in range(_HANDS)))
            self._small_hand = _Graph(*(_hand_landmarker(package / _LITE_HAND_MODEL) for _ in range(_HANDS)))
            self._run_once()

    def detect_people(self, picture: np.ndarray) -> np.ndarray:
        """People in a square picture.

        Args:
            picture: (224, 224, 3) uint8 RGB.

        Returns:
            (N, 5): score; as fractions of the side the hips' middle x, y and a point x, y of the circle around the person.
        """
        rows = [
            (d.score[0], *_xy(d.location_data.relative_keypoints[0]), *_xy(d.location_data.relative_keypoints[1]))
            for d in self._people.run(image=picture).detections or []
        ]
        return np.array(rows).reshape(-1, 5)

    def detect_palms(self, picture: np.ndarray) -> np.ndarray:
        """Palms in a square picture.

        Args:
            picture: (192, 192, 3) uint8 RGB.

        Returns:
            (N, 8): score; then as fractions of the side the palm box's centre x, y and larger side, the wrist's x, y, and the
            x, y of the middle finger's root.
        """
        rows = [_palm_row(d) for d in self._palms.run(image=picture).detections or []]
        return np.array(rows).reshape(-1, 8)

    def read_body(self, picture: np.ndarray, place: Place = EVERYTHING) -> BodyInCrop | None:
        """The landmarks of the person that fills a square upright.

        Args:
            picture: (H, W, 3) uint8 RGB.
            place: the square, best 256 pixels large and more; beyond the picture the colours of its edge go on.
        """
        result = self._body.run(image=picture, roi=self._roi(place))
        if not result.landmarks:
            return None
        return BodyInCrop(
            points=coordinates(result.landmarks),
            world=coordinates(result.world),
            presence=float(getattr(result, _BODY_PRESENCE)),
            visibility=np.array([point.visibility for point in result.landmarks.landmark]),
            circle=coordinates(result.circle)[:2, :2],
        )

    def read_hand(self, picture: np.ndarray, place: Place = EVERYTHING, *, lite: bool = False) -> HandInCrop | None:
        """The landmarks of the hand that fills a square, fingers up.

        Args:
            picture: (H, W, 3) uint8 RGB.
            place: the square, best 224 pixels large and more; beyond the picture the colours of its edge go on.
            lite: by the smaller model.
        """
        result = (self._small_hand if lite else self._hand).run(image=picture, roi=self._roi(place))
        if not result.landmarks:
            return None
        return HandInCrop(
            points=coordinates(result.landmarks),
            world=coordinates(result.world),
            presence=float(result.presence),
            leftness=1.0 - float(result.rightness),
        )

    def _roi(self, place: Place) -> Any:
        return self._rect(x_center=place.x, y_center=place.y, width=place.width, height=place.height, rotation=place.roll)

    def close(self) -> None:
        """End the graphs and their threads. Nothing can be run afterwards."""
        for graph in (self._people, self._palms, self._body, self._hand, self._small_hand):
            graph.close()

    def _run_once(self) -> None:
        """Each graph: the first run opens it, which takes time and makes noise."""
        self.detect_people(np.zeros((PERSON_DETECTOR_PX, PERSON_DETECTOR_PX, 3), np.uint8))
        self.detect_palms(np.zeros((PALM_DETECTOR_PX, PALM_DETECTOR_PX, 3), np.uint8))
        self.read_body(np.zeros((BODY_INPUT_PX, BODY_INPUT_PX, 3), np.uint8))
        for lite in (False, True) * _HANDS:  # equal graphs take turns
            self.read_hand(np.zeros((HAND_INPUT_PX, HAND_INPUT_PX, 3), np.uint8), lite=lite)


class _Graph:
    """One or several equal graphs; each serves one caller at a time, others wait."""

    def __init__(self, *solutions: Any) -> None:
        self._count = len(solutions)
        self._free: SimpleQueue[Any] = SimpleQueue()
        for solution in solutions:
            self._free.put(solution)

    def run(self, **inputs: Any) -> Any:
        solution = self._free.get()
        try:
            return solution.run(**inputs)
        finally:
            self._free.put(solution)

    def close(self) -> None:
        for _ in range(self._count):
            self._free.get().close()


_building = Lock()


def person_graphs() -> PersonGraphs:
    """The process's own `PersonGraphs`, built at the first call and closed when Python ends."""
    with _building:
        return _built()


@cache
def _built() -> PersonGraphs:
    graphs = PersonGraphs()
    atexit.register(graphs.close)
    return graphs


def _detector(name: str, parameters: dict[str, float]) -> Any:
    with_model = 'input_side_packet: "MODEL_COMPLEXITY:model_complexity"' if name.startswith("Palm") else ""
    config = ('input_side_packet: "model_complexity"' if with_model else "") + _DETECTOR % (name, with_model)
    side_inputs = {"model_complexity": _FULL_PALM_MODEL} if with_model else None
    return new_graph(config, calculator_params=parameters, side_inputs=side_inputs)


def _body_landmarker(package: Path) -> Any:
    model = (package / _BODY_MODEL).read_bytes()
    return new_graph(
        _BODY,
        side_inputs={"file": without_output(model, _MASK_OUTPUT, _PRESENCE_OUTPUT)},
        calculator_params=_landmarks_always(_BODY_PREFIX),
        outputs=["landmarks", "world", "circle", _BODY_PRESENCE],
    )


def _hand_landmarker(model: Path) -> Any:
    return new_graph(_HAND, side_inputs={"file": model.read_bytes()}, outputs=["landmarks", "world", "presence", "rightness"])


def _landmarks_always(prefix: str) -> dict[str, float]:
    """For doubtful pictures, too: whoever asked weighs the presence score."""
    return {f"{prefix}ThresholdingCalculator.threshold": 0.0}


def _threshold(prefix: str) -> str:
    return f"{prefix}__TensorsToDetectionsCalculator.min_score_thresh"


def _palm_row(detection: Any) -> tuple[float, ...]:
    box = detection.location_data.relative_bounding_box
    points = detection.location_data.relative_keypoints
    centre = (box.xmin + box.width / 2, box.ymin + box.height / 2)
    return (detection.score[0], *centre, max(box.width, box.height), *_xy(points[0]), *_xy(points[2]))


def _xy(point: Any) -> tuple[float, float]:
    return (point.x, point.y)
