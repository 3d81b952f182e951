"""Which pixels of a picture are a person, by MediaPipe's selfie segmentation."""

from __future__ import annotations

import atexit
from functools import cache
from threading import Lock
from typing import Any

import numpy as np

from avatarkit.tracking.mediapipe_graph import new_graph
from avatarkit.tracking.mediapipe_start import quiet_native_log

MASK_SIDE_PX = 256
"""Side of the picture the model takes and of the mask it gives. Source: MediaPipe, SelfieSegmentationCpu."""

_GRAPH = """
    input_stream: "image"  output_stream: "mask"
    node { calculator: "SelfieSegmentationCpu" input_stream: "IMAGE:image" output_stream: "SEGMENTATION_MASK:mask" }
"""
_running = Lock()


def person_mask(picture: np.ndarray) -> np.ndarray:
    """How likely each pixel shows a person.

    Args:
        picture: (256, 256, 3) uint8 RGB, of head and shoulders or more.

    Returns:
        (256, 256) 0..1.
    """
    with _running:
        mask = _graph().run(image=np.ascontiguousarray(picture)).mask
    return np.asarray(mask, np.float32).reshape(MASK_SIDE_PX, MASK_SIDE_PX)


@cache
def _graph() -> Any:
    with quiet_native_log():
        graph = new_graph(_GRAPH, outputs=["mask"])
        graph.run(image=np.zeros((MASK_SIDE_PX, MASK_SIDE_PX, 3), np.uint8))
    atexit.register(graph.close)
    return graph
