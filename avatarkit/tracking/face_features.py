"""What the face mesh model sees in a face before it draws the mesh."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np

from avatarkit.tracking.mediapipe_graph import new_graph
from avatarkit.tracking.mediapipe_graphs import MESH_INPUT_PX
from avatarkit.tracking.mediapipe_start import import_mediapipe, quiet_native_log
from avatarkit.tracking.pruned_model import ending_at

FEATURE_CELLS, FEATURE_CHANNELS = 24, 64

_MODEL = "modules/face_landmark/face_landmark.tflite"
"""Inside MediaPipe's wheel: the plain mesh model, which judges the face as a whole."""

_LAYER = "p_re_lu_9"
"""The last layer that still sees in 24 x 24 cells: later ones know less of shapes and more of landmarks (measured: what linear
answers from each leave unexplained of rendered faces)."""

_GRAPH = f"""
    input_stream: "image"  input_side_packet: "file"  output_stream: "features"
    node {{ calculator: "TfLiteModelCalculator" input_side_packet: "MODEL_BLOB:file" output_side_packet: "MODEL:model" }}
    node {{ calculator: "ImageToTensorCalculator" input_stream: "IMAGE:image" output_stream: "TENSORS:pixels"
            options {{ [mediapipe.ImageToTensorCalculatorOptions.ext] {{
                output_tensor_width: {MESH_INPUT_PX} output_tensor_height: {MESH_INPUT_PX}
                output_tensor_float_range {{ min: 0 max: 1 }} }} }} }}
    node {{ calculator: "InferenceCalculator" input_side_packet: "MODEL:model"
            input_stream: "TENSORS:pixels" output_stream: "TENSORS:answers"
            options {{ [mediapipe.InferenceCalculatorOptions.ext] {{ delegate {{ xnnpack {{}} }} }} }} }}
    node {{ calculator: "TensorsToFloatsCalculator" input_stream: "TENSORS:answers" output_stream: "FLOATS:features" }}
"""


class FaceFeatures:
    """The first half of the face mesh model, ready to run; one caller at a time, others wait."""

    def __init__(self) -> None:
        with quiet_native_log():
            base, _ = import_mediapipe()
            model = (Path(str(base.__file__)).parents[1] / _MODEL).read_bytes()
            self._lock = Lock()
            self._graph = new_graph(_GRAPH, side_inputs={"file": ending_at(model, _LAYER)}, outputs=["features"])
            self.read(np.zeros((MESH_INPUT_PX, MESH_INPUT_PX, 3), np.uint8))

    def read(self, picture: np.ndarray) -> np.ndarray:
        """What is seen in a face that fills a picture upright.

        Args:
            picture: (192, 192, 3) uint8 RGB.

        Returns:
            (24, 24, 64) float32, no unit.
        """
        with self._lock:
            features = self._graph.run(image=np.ascontiguousarray(picture)).features
        return np.asarray(features, np.float32).reshape(FEATURE_CELLS, FEATURE_CELLS, FEATURE_CHANNELS)

    def close(self) -> None:
        """End the graph. Nothing can be run afterwards."""
        with self._lock:
            self._graph.close()


_building = Lock()


def face_features() -> FaceFeatures:
    """The process's own `FaceFeatures`, built at the first call and closed when Python ends."""
    with _building:
        return _built()


@cache
def _built() -> FaceFeatures:
    features = FaceFeatures()
    atexit.register(features.close)
    return features
