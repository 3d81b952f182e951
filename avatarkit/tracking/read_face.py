"""One face, read closely: landmarks from several looks at it, and how sure it is that it is one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from avatarkit.tracking.detect_faces import DETECTION_TO_MESH_CROP
from avatarkit.tracking.face_mesh_mirror import MIRROR
from avatarkit.tracking.mediapipe_graphs import DETECTOR_INPUT_PX, MESH_INPUT_PX, FaceGraphs
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop

MESH_POINTS = 468
"""Landmarks on the skin; the irises follow."""

RIGHT_EYE_CORNER, LEFT_EYE_CORNER = 33, 263
"""Outer corners, the subject's own sides. Source: MediaPipe face mesh."""

_LOOKS = ((0.02, 0.01, 0.97), (-0.02, -0.01, 1.03))
"""Shift right, shift down (face sizes) and size of the crops whose landmarks are averaged, each also seen in a mirror.

On 16 portraits, each under 8 small changes of scale, roll, light and mirroring, the landmarks' spread in eye distances was
0.0109 for a single pass, 0.0089 after cropping again, 0.0066 with the mirror image, 0.0062 with two more; 8 gained nothing."""

_PROOFS = (("Short", 2.0), ("Short", 3.0), ("Full", 3.0))
"""Detectors that look at the finished face again, and how many face sizes they see."""

STEADY = 0.035
"""Spread of the looks, in face widths, at which belief in a face falls to 37 %. Faces: 0.004-0.018; others: over 0.019."""

UPRIGHT = np.deg2rad(8)
"""A head that stands this straight in its crop is read as well as an upright one; detectors err by up to 60 degrees."""

MAX_APPROACHES = 3
"""Crops that are tried until the face stands upright."""

NEVER_A_FACE = 0.05
"""Presence below which a first look ends it."""


@dataclass(frozen=True)
class FaceReading:
    """One face in the photo.

    Attributes:
        points: (478, 2) pixels of the photo.
        depth: (478,) pixels, growing away from the camera.
        box: the upright square around the skin's landmarks.
        width: pixels, across the face.
        confidence: 0..1, from the model's own presence score, the detectors and how steady the landmarks are.
    """

    points: np.ndarray
    depth: np.ndarray
    box: SquareCrop
    width: float
    confidence: float


def read_face(pyramid: PhotoPyramid, crop: SquareCrop, graphs: FaceGraphs) -> FaceReading | None:
    """Read the face in a crop.

    Args:
        pyramid: the photo.
        crop: a square around the face, upright, as `detect_faces` gives it.
        graphs: the models.

    Returns:
        the face; `None` where even a first look sees none.
    """
    box = _approach(pyramid, crop, graphs)
    if box is None:
        return None
    looks = [_look(pyramid, variant, graphs) for variant in _variants(box)]
    all_points = np.array([points for points, _, _ in looks])
    points = all_points.mean(axis=0)
    box, width = upright_box(points)
    spread = np.sqrt(((all_points - points) ** 2).sum(axis=-1).mean()) / width
    belief = np.mean([presence for *_, presence in looks]) * np.exp(-((spread / STEADY) ** 2))
    return FaceReading(
        points=points,
        depth=np.mean([depth for _, depth, _ in looks], axis=0),
        box=box,
        width=width,
        confidence=float(belief * _detectors_agree(pyramid, box, graphs)),
    )


def _approach(pyramid: PhotoPyramid, crop: SquareCrop, graphs: FaceGraphs) -> SquareCrop | None:
    """The upright square around the face, found by turning the crop until the face stands upright in it."""
    box = None
    for _ in range(MAX_APPROACHES):
        points, _, presence = _look(pyramid, crop, graphs)
        if presence < NEVER_A_FACE:
            return None
        box, _ = upright_box(points)
        turn = np.angle(np.exp(1j * (box.roll - crop.roll)))
        if abs(turn) < UPRIGHT:
            break
        crop = replace(box, side=box.side * DETECTION_TO_MESH_CROP)
    return box


def upright_box(points: np.ndarray) -> tuple[SquareCrop, float]:
    """The square around a face's landmarks, upright by its eyes, and the face's width in it; (478, 2) in, pixels both."""
    across = points[LEFT_EYE_CORNER] - points[RIGHT_EYE_CORNER]
    roll = float(np.arctan2(across[1], across[0]))
    cosine, sine = np.cos(roll), np.sin(roll)
    to_upright = np.array([[cosine, sine], [-sine, cosine]])
    upright = points[:MESH_POINTS] @ to_upright.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    x, y = (low + high) / 2 @ to_upright
    return SquareCrop((float(x), float(y)), float((high - low).max()), roll), float(high[0] - low[0])


def _variants(box: SquareCrop) -> list[SquareCrop]:
    variants = []
    for right, down, size in _LOOKS:
        x, y = box.to_photo(np.array([0.5 + right, 0.5 + down]))
        crop = SquareCrop((float(x), float(y)), box.side * size * DETECTION_TO_MESH_CROP, box.roll)
        variants += [crop, replace(crop, mirrored=True)]
    return variants


def _look(pyramid: PhotoPyramid, crop: SquareCrop, graphs: FaceGraphs) -> tuple[np.ndarray, np.ndarray, float]:
    """(478, 2) points and (478,) depths in pixels of the photo, and the presence score."""
    # Beyond the photo's edge the mesh model is used to see the edge's colours go on.
    landmarks, presence = graphs.read_mesh(pyramid.cut(crop, MESH_INPUT_PX, border=cv2.BORDER_REPLICATE))
    if crop.mirrored:
        landmarks = landmarks[MIRROR]
    return crop.to_photo(landmarks[:, :2]), landmarks[:, 2] * crop.side, presence


def _detectors_agree(pyramid: PhotoPyramid, box: SquareCrop, graphs: FaceGraphs) -> float:
    """0..1: the mean score the detectors give the face where the landmarks say it is."""
    scores = []
    for name, sizes in _PROOFS:
        # Reflected at the photo's edge, half a face becomes a whole one, which is all the detectors know.
        view = pyramid.cut(replace(box, side=box.side * sizes), DETECTOR_INPUT_PX[name], border=cv2.BORDER_REFLECT)
        rows = graphs.detect(name, view)
        off_centre = np.linalg.norm(rows[:, 1:3] - 0.5, axis=1) * sizes
        same_face = (off_centre < 0.4) & (np.abs(np.log2(rows[:, 3] * sizes)) < 0.8)
        scores.append(rows[same_face, 0].max(initial=0.0))
    return float(np.mean(scores))
