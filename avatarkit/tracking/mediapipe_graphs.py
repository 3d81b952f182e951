"""Faces by MediaPipe: one graph per model, built once, fed with small square pictures.

The graphs are our own few lines around MediaPipe's subgraphs, because its ready-made `FaceMesh` finds faces by itself (near and
upright ones only) and keeps the presence score to itself.
"""

from __future__ import annotations

import atexit
from functools import cache
from math import cos, sin
from threading import Lock
from typing import Any

import numpy as np

from avatarkit.tracking.mediapipe_graph import coordinates, new_graph
from avatarkit.tracking.mediapipe_start import import_mediapipe, quiet_native_log
from avatarkit.tracking.square_crop import EVERYTHING, Place

MESH_INPUT_PX = 192
"""Side of the picture the face mesh model takes. Source: MediaPipe, FaceLandmarkCpu."""

DETECTOR_INPUT_PX = {"Full": 192, "Short": 128}
"""Side of the picture each detector takes. Source: MediaPipe, FaceDetectionFullRangeCpu and FaceDetectionShortRangeCpu."""

_DETECTION_GRAPH = """
    input_stream: "image"  output_stream: "detections"
    node {{ calculator: "FaceDetection{range}RangeCpu" input_stream: "IMAGE:image" output_stream: "DETECTIONS:detections" }}
"""
_MESH_GRAPH = """
    input_stream: "image"  input_stream: "roi"  input_side_packet: "with_attention"  output_stream: "landmarks"
    node { calculator: "FaceLandmarkCpu" input_stream: "IMAGE:image" input_stream: "ROI:roi"
           input_side_packet: "WITH_ATTENTION:with_attention" output_stream: "LANDMARKS:landmarks" }
"""
_PRESENCE = "facelandmarkcpu__face_presence_score"
"""The stream inside the subgraph that says how likely the picture holds a face; it is not among the subgraph's outputs."""


class FaceGraphs:
    """The face detectors and the face mesh, ready to run; one caller at a time, others wait.

    Close it when it is no longer needed; `face_graphs` keeps one for the whole process.
    """

    def __init__(self, min_detection_score: float) -> None:
        with quiet_native_log():  # TensorFlow Lite and absl greet on standard error while a graph starts
            _, rect = import_mediapipe()
            self._lock = Lock()
            self._rect = rect.NormalizedRect
            self._detectors = {
                name: new_graph(
                    _DETECTION_GRAPH.format(range=name), calculator_params={_score_threshold(name): min_detection_score}
                )
                for name in DETECTOR_INPUT_PX
            }
            self._mesh = new_graph(
                _MESH_GRAPH,
                side_inputs={"with_attention": True},
                # Landmarks come for doubtful faces, too: whoever asked weighs the presence score.
                calculator_params={"facelandmarkcpu__ThresholdingCalculator.threshold": 0.0},
                outputs=["landmarks", _PRESENCE],
            )
            self._run_once()

    def detect(self, name: str, picture: np.ndarray) -> np.ndarray:
        """Faces in a square picture.

        Args:
            name: "Full" (small and far faces) or "Short" (near ones).
            picture: (S, S, 3) uint8 RGB, S as in `DETECTOR_INPUT_PX`.

        Returns:
            (N, 8): score 0..1; then as fractions of the side centre x, centre y, width, right eye x, y, left eye x, y.
        """
        with self._lock:
            found = self._detectors[name].run(image=picture).detections or []
        return np.array([_detection_row(detection) for detection in found]).reshape(-1, 8)

    def read_mesh(self, picture: np.ndarray, place: Place = EVERYTHING) -> tuple[np.ndarray, float]:
        """The landmarks of the face that fills a square upright.

        Args:
            picture: (H, W, 3) uint8 RGB.
            place: the square, best 192 pixels large and more; the face takes about two thirds of its side. Beyond the picture
                the colours of its edge go on.

        Returns:
            (478, 3) x, y from the top left and depth away from the camera, as fractions of the side; and 0..1, how likely it
            is a face.
        """
        with self._lock:
            roi = self._rect(x_center=place.x, y_center=place.y, width=place.width, height=place.height, rotation=place.roll)
            result = self._mesh.run(image=picture, roi=roi)
            return _in_the_square(coordinates(result.landmarks), place), float(getattr(result, _PRESENCE))

    def close(self) -> None:
        """End the graphs and their threads. Nothing can be run afterwards."""
        with self._lock:
            for graph in (*self._detectors.values(), self._mesh):
                graph.close()

    def _run_once(self) -> None:
        for name, side in DETECTOR_INPUT_PX.items():
            self.detect(name, np.zeros((side, side, 3), np.uint8))
        self.read_mesh(np.zeros((MESH_INPUT_PX, MESH_INPUT_PX, 3), np.uint8))


def _in_the_square(points: np.ndarray, place: Place) -> np.ndarray:
    """Points (N, 3) that MediaPipe brought into the whole picture, as fractions of the square's side again.

    Source: MediaPipe, LandmarkProjectionCalculator.
    """
    if place is EVERYTHING:
        return points
    x, y = (points[:, 0] - place.x) / place.width, (points[:, 1] - place.y) / place.height
    cosine, sine = cos(place.roll), sin(place.roll)
    return np.column_stack([cosine * x + sine * y + 0.5, cosine * y - sine * x + 0.5, points[:, 2] / place.width])


_building = Lock()


def face_graphs(min_detection_score: float) -> FaceGraphs:
    """The process's own `FaceGraphs`, built at the first call (about half a second) and closed when Python ends."""
    with _building:
        return _built(min_detection_score)


@cache
def _built(min_detection_score: float) -> FaceGraphs:
    graphs = FaceGraphs(min_detection_score)
    atexit.register(graphs.close)
    return graphs


def _score_threshold(name: str) -> str:
    prefix = f"facedetection{name.lower()}range"
    return f"{prefix}cpu__{prefix}__facedetection__TensorsToDetectionsCalculator.min_score_thresh"


def _detection_row(detection: Any) -> tuple[float, ...]:
    box = detection.location_data.relative_bounding_box
    right_eye, left_eye = detection.location_data.relative_keypoints[:2]
    centre = (box.xmin + box.width / 2, box.ymin + box.height / 2)
    return (detection.score[0], *centre, (box.width + box.height) / 2, right_eye.x, right_eye.y, left_eye.x, left_eye.y)
