"""Where in a photo faces may be: first the whole picture, then closer and closer looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from avatarkit.tracking.mediapipe_graphs import DETECTOR_INPUT_PX, FaceGraphs
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop

MIN_DETECTION_SCORE = 0.4
"""Lower than MediaPipe's own 0.5-0.6: a dark profile under a helmet scores 0.3-0.7. Every candidate is examined afterwards."""

MIN_FACE_PX = 24
"""Faces narrower than this hold too little to build on; below it, rocket fins and lion manes pass for faces."""

DETECTION_TO_MESH_CROP = 1.5
"""The face mesh wants this many face widths in its picture. Source: MediaPipe, FaceDetectionFrontDetectionToRoi."""

TILE_OVERLAP = 0.25
"""Of a tile's side. A face that lies across two tiles is smaller than this or was seen in the larger tiles before."""

SMALLEST_TILE_PX = 256
"""A smaller tile would show faces below `MIN_FACE_PX` only: the detector sees faces from about a sixteenth of its picture."""

WIDE_VIEW = 1.5
"""A picture with this much black around it, for faces so near that the picture cuts them off."""

_TURNS = (np.pi / 2, -np.pi / 2, np.pi)


def views(width: float, height: float) -> Iterator[list[SquareCrop]]:
    """Squares in which to look for faces, in rounds from the cheapest to the most thorough.

    Args:
        width, height: of the photo in pixels.

    Yields:
        the whole photo, the whole photo turned, upright overlapping tiles of half its longer side, of a quarter, ..., and last
        the same tiles turned. A round is either upright or turned.
    """
    whole = SquareCrop((width / 2, height / 2), max(width, height))
    yield [whole]
    yield [*_turned([whole]), replace(whole, side=whole.side * WIDE_VIEW)]
    tilings = []
    side = whole.side / 2
    while side >= SMALLEST_TILE_PX:
        tilings.append([SquareCrop((x, y), side) for y in _middles(height, side) for x in _middles(width, side)])
        side /= 2
    yield from tilings
    yield from map(_turned, tilings)


def _turned(squares: list[SquareCrop]) -> list[SquareCrop]:
    return [replace(square, roll=turn) for turn in _TURNS for square in squares]


def _middles(length: float, side: float) -> np.ndarray:
    """Middles of tiles that cover a length evenly with at least `TILE_OVERLAP`."""
    if length <= side:
        return np.array([length / 2])
    count = int(np.ceil((length - side) / (side * (1 - TILE_OVERLAP)))) + 1
    return np.linspace(side / 2, length - side / 2, count)


def detect_faces(pyramid: PhotoPyramid, view: SquareCrop, graphs: FaceGraphs) -> list[tuple[float, SquareCrop]]:
    """What the detectors take for faces in one view.

    Args:
        pyramid: the photo.
        view: where to look, and how the photo is turned meanwhile.
        graphs: the detectors.

    Returns:
        scores 0..1 and squares for the face mesh, upright by the eyes; best first. One face may appear more than once.
    """
    found = []
    for name, side_px in DETECTOR_INPUT_PX.items():
        if name == "Short" and view.side < max(pyramid.size):
            continue  # near faces, which this detector is for, were seen in the whole photo
        for row in graphs.detect(name, pyramid.cut(view, side_px)):
            crop = _crop_for_mesh(view, row)
            if crop.side >= MIN_FACE_PX * DETECTION_TO_MESH_CROP:
                found.append((float(row[0]), crop))
    return sorted(found, key=lambda item: -item[0])


def _crop_for_mesh(view: SquareCrop, row: np.ndarray) -> SquareCrop:
    centre, right_eye, left_eye = view.to_photo(np.array([row[1:3], row[4:6], row[6:8]]))
    across = left_eye - right_eye
    roll = float(np.arctan2(across[1], across[0]))
    return SquareCrop((float(centre[0]), float(centre[1])), row[3] * view.side * DETECTION_TO_MESH_CROP, roll)
