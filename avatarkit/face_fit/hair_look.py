"""What a photo shows of somebody's hair: where it is, how long, how high, and its colours.

A person's outline comes from the segmentation; within it hair is what has the colour of the band above the face and not that
of the skin or of the clothes.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from avatarkit.face_fit.face_regions import OVAL
from avatarkit.face_fit.light import from_lab, to_lab
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.segment_person import MASK_SIDE_PX, person_mask

CHIN, TOP, BROW, LIP, RIGHT_EDGE, LEFT_EDGE = 152, 10, 9, 164, 234, 454
CHEEKS = (117, 346)
"""MediaPipe's landmarks on the middle line, at the cheeks' outer edges, and below the eyes, where no glasses reach."""

_CROP_PER_FACE = 3.6  # side of the picture that is looked at: hair down to the chest, and some room above
_CROP_CENTER = 0.46  # where the face's middle lies in it, from the top
_NOT_SKIN, _SURELY_NOT = 1.7, 2.2  # distances from the skin's colour, in its own spread
_GREY_CHROMA = 3.0  # CIELAB: a picture with less is black and white
_LIKE_HAIR = 4.0  # distance from the hair's colour, in its own spread
_LEAST_SPREAD = np.array([9.0, 4.0, 4.5])  # CIELAB: compression and noise spread colours at least so far
_SIDE_REACH, _BELOW_REACH, _ABOVE_REACH = 1.15, 1.4, 0.75  # of the face's height, from its middle, chin and top
_LEAST_FOREHEAD_PX = 30
_LIT = 75  # percentile of a forehead's lightness: strands and their shadows may lie on it
_LEAST_HAIR = 0.02  # of the face's area, to have a colour of its own
_LEAST_SIDE = 0.03  # of the face's area, to be hair that hangs
_HAIR_AB_LOW, _HAIR_AB_HIGH = np.array([-6.0, -9.0]), np.array([40.0, 50.0])  # beyond are hats, and dyes we do not believe
_HATTED = 0.5  # of what is seen above the brows
NO_LENGTH = -0.8
"""Length of hair that does not hang at all."""


@dataclass(frozen=True)
class HairLook:
    """Somebody's hair, as far as one photo shows it.

    Attributes:
        cover: 0..1, how much of what is seen of the head above the brows is hair; a bald head has little.
        volume: area of the hair above the face's top over the face's area; short hair has about 0.2.
        length: how far it hangs below the chin, in heights of the face; `NO_LENGTH` where none hangs beside the face.
        color: "#rrggbb", its middle, or None where there is too little of it or it is no hair's colour.
        room: area above the brows that the photo shows over the face's area; little of it means that the photo was cut.
        beside: area between brows and mouth beside the face over the face's; more than ears is hair, whatever its colour.
    """

    cover: float
    volume: float
    length: float
    color: str | None
    room: float
    beside: float

    @property
    def covered(self) -> bool:
        """Whether what is on the head is of no hair's colour: a hat or a scarf."""
        return self.color is None and self.cover > _HATTED


@dataclass(frozen=True)
class _View:
    """The upright picture around a head, 256 x 256: colours, who is in it, and where the face is."""

    lab: np.ndarray
    person: np.ndarray
    face: np.ndarray
    points: np.ndarray

    @property
    def height(self) -> float:
        return float(self.points[CHIN, 1] - self.points[TOP, 1])

    @property
    def area(self) -> float:
        return self.height * float(abs(self.points[LEFT_EDGE, 0] - self.points[RIGHT_EDGE, 0]))

    @property
    def middle_x(self) -> float:
        return float(0.5 * (self.points[LEFT_EDGE, 0] + self.points[RIGHT_EDGE, 0]))


def read_hair_look(landmarks: FaceLandmarks) -> HairLook | None:
    """What the photo shows of the hair, or None where there is too little of the person to tell."""
    view = _view_of(landmarks)
    rows, columns = np.mgrid[:MASK_SIDE_PX, :MASK_SIDE_PX]
    beside = np.abs(columns - view.middle_x)
    above = view.person & ~view.face & (rows < view.points[BROW, 1]) & (beside < 0.8 * view.height)
    above &= rows > view.points[TOP, 1] - _ABOVE_REACH * view.height
    inner = cv2.erode(view.face.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    skin = inner & (rows > view.points[list(CHEEKS), 1].mean()) & (rows < view.points[LIP, 1])
    if view.area < 1.0 or skin.sum() < 50 or above.sum() < 20:
        return None
    from_skin = _distances(view.lab, skin)
    forehead = inner & (rows < view.points[BROW, 1])
    if forehead.sum() >= _LEAST_FOREHEAD_PX and _is_grey(view.lab[inner]):
        lit = np.percentile(view.lab[forehead], _LIT, axis=0)
        from_skin = np.linalg.norm((view.lab - lit) / _LEAST_SPREAD, axis=2)
    surely = above & (from_skin > _SURELY_NOT)
    cover, room = float(surely.sum() / above.sum()), float(above.sum() / view.area)
    level = (rows > view.points[BROW, 1]) & (rows < view.points[LIP, 1])
    sides = float((view.person & ~view.face & level & (beside < 0.8 * view.height)).sum() / view.area)
    if surely.sum() < _LEAST_HAIR * view.area:
        return HairLook(cover, 0.0, NO_LENGTH, None, room, sides)
    hair = _grown(view, surely, from_skin, rows, beside)
    side = hair & (beside > 0.3 * view.area / view.height) & (rows > view.points[BROW, 1])
    hangs = side.sum() > _LEAST_SIDE * view.area
    length = float((np.percentile(rows[side], 97) - view.points[CHIN, 1]) / view.height) if hangs else NO_LENGTH
    volume = float(hair[rows < view.points[TOP, 1]].sum() / view.area)
    return HairLook(cover, volume, max(length, NO_LENGTH), _color(view.lab[hair if hair.any() else surely]), room, sides)


def _is_grey(lab: np.ndarray) -> bool:
    """Whether colours (N, 3) have none. Lightness alone then tells hair from skin, and a shaded cheek spreads it too far."""
    return bool(np.percentile(np.hypot(lab[:, 1], lab[:, 2]), 90) < _GREY_CHROMA)


def _grown(view: _View, seeds: np.ndarray, from_skin: np.ndarray, rows: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """The hair that the seeds belong to."""
    from_hair = _distances(view.lab, seeds)
    chin = view.points[CHIN, 1]
    like = view.person & ~view.face & (from_hair < _LIKE_HAIR) & (from_skin > _NOT_SKIN)
    like &= (beside < _SIDE_REACH * view.height) & (rows < chin + _BELOW_REACH * view.height)
    clothes = view.person & (rows > chin + 0.45 * view.height) & (beside < 0.6 * view.height)
    if clothes.sum() > 50:
        nearer = _distances(view.lab, clothes) < 1.2 * from_hair
        like &= ~(nearer & (rows > chin - 0.1 * view.height))
    opened = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(opened)
    rooted = np.bincount(labels[seeds], minlength=count) > 8  # a few pixels are chance
    rooted[0] = False
    return rooted[labels]


def _distances(lab: np.ndarray, where: np.ndarray) -> np.ndarray:
    """(H, W) distance of each pixel from the colours in a region, in their own robust spread."""
    middle = np.median(lab[where], axis=0)
    spread = np.maximum(1.48 * np.median(np.abs(lab[where] - middle), axis=0), _LEAST_SPREAD)
    return np.linalg.norm((lab - middle) / spread, axis=2)


def _color(lab: np.ndarray) -> str | None:
    middle = np.median(lab, axis=0)
    if not ((middle[1:] > _HAIR_AB_LOW) & (middle[1:] < _HAIR_AB_HIGH)).all():
        return None
    return "#" + "".join(f"{round(255 * float(value)):02x}" for value in from_lab(middle[None])[0])


def _view_of(landmarks: FaceLandmarks) -> _View:
    points = landmarks.points_px[:468]
    up = points[TOP] - points[CHIN]
    side = _CROP_PER_FACE * max(float(np.linalg.norm(points[LEFT_EDGE] - points[RIGHT_EDGE])), 0.75 * float(np.linalg.norm(up)))
    scale, angle = MASK_SIDE_PX / max(side, 1.0), np.arctan2(up[0], -up[1])
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = 0.5 * (points[TOP] + points[CHIN])
    matrix = np.hstack([turn, (np.array([0.5, _CROP_CENTER]) * MASK_SIDE_PX - turn @ middle)[:, None]])
    pixels = landmarks.photo.pixels
    warp = matrix.copy()
    if scale < 0.5:  # warping alone would alias
        pixels = cv2.resize(pixels, None, fx=2.0 * scale, fy=2.0 * scale, interpolation=cv2.INTER_AREA)
        warp[:, :2] /= 2.0 * scale
    size = (MASK_SIDE_PX, MASK_SIDE_PX)
    picture = cv2.warpAffine(pixels, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpAffine(np.ones(pixels.shape[:2], np.uint8), warp, size)
    moved = points @ matrix[:, :2].T + matrix[:, 2]
    face = cv2.fillPoly(np.zeros(size, np.uint8), [np.round(moved[list(OVAL)]).astype(np.int32)], (1,))
    lab = to_lab((cv2.bilateralFilter(picture, 5, 20, 3) / np.float32(255)).reshape(-1, 3)).reshape(*size, 3)
    return _View(lab, (person_mask(picture) > 0.5) & (inside > 0), face > 0, moved)
