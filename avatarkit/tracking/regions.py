"""Where in a picture to look for a body, a hand, a face: squares from what was seen before."""

from __future__ import annotations

import numpy as np

from avatarkit.tracking.read_face import upright_box
from avatarkit.tracking.square_crop import SquareCrop
from avatarkit.tracking.tracked_frame import BodyLandmarks
from avatarkit.vocabulary.mediapipe_points import HAND, POSE

BODY_MARGIN = 1.25
"""The body model wants the circle around the person this much larger. Source: MediaPipe, PoseLandmarksToRoi."""

HAND_MARGIN, HAND_SHIFT = 2.0, -0.1
"""The hand model wants the hand's box this much larger and moved this much of it along the hand.
Source: MediaPipe, HandLandmarkLandmarksToRoi."""

PALM_MARGIN, PALM_SHIFT = 2.6, -0.5
"""The same from a detected palm. Source: MediaPipe, PalmDetectionDetectionToRoi."""

FACE_MARGIN = 1.5
"""The face mesh wants the face's box this much larger. Source: MediaPipe, FaceLandmarkLandmarksToRoi."""

HAND_SQUARE_M = 0.24
"""Side of the square around a hand. Measured on 17 clips: medians 0.18 to 0.26; neither the knuckles as the body model sees
them nor the forearm say as well how large a hand is."""

EARS_TO_FACE, EYES_MOUTH_TO_FACE = 1.2, 2.6
"""Side of the face mesh's box over the distance of the ears, and of eyes and mouth, as the body model sees them.
Measured on the clips of people facing the camera and turned away."""

AWAY_M = 0.06
"""A nose this far behind the ears is on the other side of the head. Measured: a worker from behind 0.13 behind, people half
turned 0.01 behind to 0.13 before the ears."""

MIN_TORSO_M = 0.1
"""No torso spreads less in the picture's plane, not even seen from above."""

_HAND_BOX = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18]
"""Points that bound a hand whatever the finger tips do. Source: MediaPipe, HandLandmarkLandmarksToRoi."""

_EYES = [POSE["leftEye"], POSE["rightEye"]]
_EARS = [POSE["leftEar"], POSE["rightEar"]]
_TORSO = [POSE[side + joint] for side in ("left", "right") for joint in ("Shoulder", "Hip")]
_MOUTH = [POSE["mouthLeft"], POSE["mouthRight"]]

Side = str
"""`left` or `right`, the subject's own."""


def whole_picture(size: tuple[int, int]) -> SquareCrop:
    """The square around a picture of that width and height."""
    return SquareCrop((size[0] / 2, size[1] / 2), max(size))


def person_square(circle: np.ndarray) -> SquareCrop:
    """Where the body model should look; (2, 2) pixels: the hips' middle and an upper point of the circle around the person."""
    return _square(circle[0], 2 * _distance(*circle) * BODY_MARGIN, _roll(circle[1] - circle[0]))


def hand_square(points: np.ndarray) -> SquareCrop:
    """Where the hand model should look, from a hand's landmarks a moment ago; (21, 2) pixels."""
    knuckles = (points[HAND["indexPip"]] + points[HAND["ringPip"]]) / 4 + points[HAND["middlePip"]] / 2
    roll = _roll(knuckles - points[HAND["wrist"]])
    turn = _turn(roll)
    box = points[_HAND_BOX] @ turn
    low, high = box.min(axis=0), box.max(axis=0)
    centre = (low + high) / 2 + [0, HAND_SHIFT * (high - low)[1]]
    return _square(turn @ centre, HAND_MARGIN * float((high - low).max()), roll)


def palm_square(centre: np.ndarray, side: float, wrist: np.ndarray, middle_root: np.ndarray) -> SquareCrop:
    """Where the hand model should look, from a detected palm; pixels."""
    roll = _roll(middle_root - wrist)
    return _square(centre + _turn(roll) @ [0, PALM_SHIFT * side], PALM_MARGIN * side, roll)


def hand_square_from_body(body: BodyLandmarks, side: Side) -> SquareCrop:
    """Where the hand model should look first."""
    wrist, index, little = (body.points_px[POSE[side + name]] for name in ("Wrist", "Index", "Pinky"))
    # Between the knuckles, nearer to the index. Source: MediaPipe, HandLandmarksFromPoseToRecropRoi.
    knuckles = (2 * index + little) / 3
    return _square(knuckles, HAND_SQUARE_M * pixels_per_metre(body), _roll(knuckles - wrist))


def pixels_per_metre(body: BodyLandmarks) -> float:
    """How large a person's middle appears, by shoulders and hips."""
    pixels, metres = body.points_px[_TORSO], body.world_m[_TORSO, :2]
    spread = float(np.linalg.norm(metres - metres.mean(axis=0)))
    return float(np.linalg.norm(pixels - pixels.mean(axis=0))) / max(spread, MIN_TORSO_M)


def faces_away(body: BodyLandmarks) -> bool:
    """Whether the back of the head is seen."""
    depth = body.world_m[:, 2]
    return bool(depth[POSE["nose"]] < depth[_EARS].mean() - AWAY_M)


def face_square(points: np.ndarray) -> SquareCrop:
    """Where the face mesh should look, from a face's landmarks a moment ago; (478, 2) pixels."""
    box, _ = upright_box(points)
    return SquareCrop(box.centre, box.side * FACE_MARGIN, box.roll)


def head_square(points: np.ndarray) -> SquareCrop:
    """Where the face mesh should look first, from a body's landmarks; (33, 2) pixels."""
    eyes, mouth = points[_EYES].mean(axis=0), points[_MOUTH].mean(axis=0)
    size = max(EARS_TO_FACE * _distance(*points[_EARS]), EYES_MOUTH_TO_FACE * _distance(eyes, mouth))
    return _square((eyes + mouth) / 2, size * FACE_MARGIN, _roll(eyes - mouth))


def distance(a: SquareCrop, b: SquareCrop) -> float:
    """Between the middles, in pixels."""
    return float(np.hypot(a.centre[0] - b.centre[0], a.centre[1] - b.centre[1]))


def is_inside(point: np.ndarray, size: tuple[int, int]) -> bool:
    """Whether a point lies in a picture of that width and height."""
    return bool(0 <= point[0] < size[0] and 0 <= point[1] < size[1])


def to_our_axes(world: np.ndarray, roll: float) -> np.ndarray:
    """Metres in MediaPipe's axes (x right, y down, z away), of a picture turned by `roll`, to ours of the upright picture.

    Args:
        world: (N, 3).
        roll: as in `SquareCrop`.

    Returns:
        (N, 3): x right, y up, z towards the camera.
    """
    across = world[:, :2] @ _turn(roll).T
    return np.column_stack([across[:, 0], -across[:, 1], -world[:, 2]])


def _square(centre: np.ndarray, side: float, roll: float) -> SquareCrop:
    return SquareCrop((float(centre[0]), float(centre[1])), max(float(side), 1.0), roll)


def _roll(up: np.ndarray) -> float:
    """How far a direction of the picture is turned clockwise from straight up."""
    return float(np.arctan2(up[0], -up[1]))


def _turn(roll: float) -> np.ndarray:
    """(2, 2) from a turned square's axes to the picture's."""
    cosine, sine = np.cos(roll), np.sin(roll)
    return np.array([[cosine, -sine], [sine, cosine]])


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.hypot(*(a - b)))
