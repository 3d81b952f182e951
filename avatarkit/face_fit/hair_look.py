"""What a photo shows of somebody's hair: where it is, how long, how high, and its colours.

A person's outline comes from the segmentation; within it hair is what has the colour of the band above the face and not that
of the skin or of the clothes.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from avatarkit.face_fit.face_regions import OVAL
from avatarkit.face_fit.light import from_lab, hex_color, to_lab
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.segment_person import MASK_SIDE_PX, person_mask

CHIN, TOP, BROW, LIP, RIGHT_EDGE, LEFT_EDGE = 152, 10, 9, 164, 234, 454
CHEEKS, EYES, MOUTH, BROWS = (117, 346), (33, 263), (61, 291), (105, 334)
"""MediaPipe's landmarks on the middle line, at the cheeks' outer edges, below the eyes, where no glasses reach, and at the
outer corners of eyes and mouth, and over the brows."""

_CROP_PER_FACE = 3.6  # side of the picture that is looked at: hair down to the chest, and some room above
_CROP_CENTER = 0.46  # where the face's middle lies in it, from the top
_NOT_SKIN, _SURELY_NOT = 1.7, 2.2  # distances from the skin's colour, in its own spread
_GREY_CHROMA = 3.0  # CIELAB: a picture with less is black and white
_LIKE_HAIR = 4.0  # distance from the hair's colour, in its own spread
_LEAST_SPREAD = np.array([9.0, 4.0, 4.5])  # CIELAB: compression and noise spread colours at least so far
_SIDE_REACH, _BELOW_REACH, _ABOVE_REACH = 1.15, 1.4, 0.75  # of the face's height, from its middle, chin and top
_HEAD_REACH = 0.65  # of the face's height to each side: above the brows, what is farther off is somebody else
_LOPSIDED = 2.5  # times the lesser half's is the most volume that is believed: the rest is somebody else's
_FRONTAL = 0.1  # of the face's width, from its middle to its top's
_EDGE = 0.04  # of the face's height: brows and hairline are no forehead
_CROWN, _RIM = 0.18, 0.10  # of the face's width: half of the band over its middle, and the rim beside its cheeks
_LIKE_CLOTHES = 1.2  # distance from the hair's colour below which shoulders look like hair: where it ends is not seen
_CLOTHES_FROM, _HIDDEN_END = 0.6, -0.05  # of the face's height, from the chin
_LEAST_TAIL, _FREE_CHEEKS = 0.1, 0.12  # of the face's area beside it, and of the cheeks' rim: hair that is tied behind
_TAIL_FROM = -0.5  # length of hair that hangs low enough to be tied
_BRIM, _WHOLLY = 0.04, 0.985  # of the face's height, of what is over the brows: hats sit low and leave nothing bare
_FREE_TEMPLES, _TEMPLES_REACH = 0.55, 0.75  # of the temples, of the face's width: hats end above, where fringes go on
_WRAPPED = 0.8  # of the rim below the mouth: scarves close under the chin
_CLOSED, _FREE_FOREHEAD = 0.95, 0.35  # of the cheeks' rim, of the forehead: hair that begins so low hangs into the forehead
_DARKER_HALF, _LIGHTEST = (
    40,
    86.0,
)  # percentile of lightness, CIELAB: scalp and shine are lighter than hair; snow is lighter than any
_LEAST_FOREHEAD_PX = 30
_LIT = 75  # percentile of a forehead's lightness: strands and their shadows may lie on it
_LEAST_HAIR = 0.02  # of the face's area, to have a colour of its own
_LEAST_SIDE = 0.03  # of the face's area, to be hair that hangs
_HAIR_AB_LOW, _HAIR_AB_HIGH = np.array([-6.0, -9.0]), np.array([40.0, 50.0])  # beyond are hats, and dyes we do not believe
_SHORN_VOLUME, _SHORN_DARK = 0.22, 20  # with less the scalp shows through; percentile of lightness
_LEAST_RED = 0.3  # of its yellow: no hair that grows is greenish
_HATTED = 0.5  # of what is seen above the brows
_USUAL_HAIRLINE = 0.12
_PALE_COVER, _MORE_THAN_EARS = 0.3, 0.22  # above the brows, and beside the face over its area
_ROWS, _COLUMNS = np.mgrid[:MASK_SIDE_PX, :MASK_SIDE_PX]
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
        hairline: how high over the face's top hair begins in the middle, in heights of the face; a fringe has about 0.
        crown: 0..1, how much of the head's middle over the face is hair.
        fringe: 0..1, how much of the forehead hangs full of hair.
        tied: whether hair hangs behind the head and leaves the cheeks free.
        wrapped: whether it closes under the chin, or sits low and leaves nothing bare: a scarf or a hat.
    """

    cover: float
    volume: float
    length: float
    color: str | None
    room: float
    beside: float
    hairline: float = _USUAL_HAIRLINE
    crown: float = 1.0
    fringe: float = 0.0
    tied: bool = False
    wrapped: bool = False

    @property
    def covered(self) -> bool:
        """Whether what is on the head is a hat or a scarf: of no hair's colour, or where no hair is."""
        return self.cover > _HATTED and (self.color is None or self.wrapped)

    @property
    def shorn(self) -> bool:
        """Whether it is so short that the scalp shines through."""
        return self.volume > 0.0 and _is_shorn(self.volume, self.length)


@dataclass(frozen=True)
class _View:
    """The upright picture around a head, 256 x 256: colours, who is in it, and where the face is."""

    lab: np.ndarray
    person: np.ndarray
    face: np.ndarray
    points: np.ndarray

    @property
    def rows(self) -> np.ndarray:
        return _ROWS

    @property
    def columns(self) -> np.ndarray:
        return _COLUMNS

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
    rows, beside = view.rows, np.abs(view.columns - view.middle_x)
    above = view.person & ~view.face & (rows < view.points[BROW, 1]) & (beside < _HEAD_REACH * view.height)
    above &= rows > view.points[TOP, 1] - _ABOVE_REACH * view.height
    inner = cv2.erode(view.face.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    skin = inner & (rows > view.points[list(CHEEKS), 1].mean()) & (rows < view.points[LIP, 1])
    if view.area < 1.0 or skin.sum() < 50 or above.sum() < 20:
        return None
    from_skin = _from_skin(view, skin, inner & (rows < view.points[BROW, 1]), inner)
    surely = above & (from_skin > _SURELY_NOT)
    cover, room = float(surely.sum() / above.sum()), float(above.sum() / view.area)
    level = (
        view.person & ~view.face & (rows > view.points[BROW, 1]) & (rows < view.points[LIP, 1]) & (beside < 0.8 * view.height)
    )
    sides = float(level.sum() / view.area)
    pale = cover < _PALE_COVER and sides > _MORE_THAN_EARS and not _is_grey(view.lab[inner])
    if pale:  # hair as light as the skin: all that is not face is taken for it
        surely, cover, from_skin = above | level, 1.0, np.full_like(from_skin, np.inf)
    if surely.sum() < _LEAST_HAIR * view.area:
        return HairLook(cover, 0.0, NO_LENGTH, None, room, sides, hairline=room, crown=0.0)
    hair = _grown(view, surely, from_skin, rows, beside)
    length, hanging = _length(view, hair, surely)
    hairline, crown = (_USUAL_HAIRLINE, 1.0) if pale else _hairline(view, hair)
    temples, cheeks, under = _rim(view, hair)
    volume = _volume(view, hair)
    percentile = _SHORN_DARK if _is_shorn(volume, length) else _DARKER_HALF
    color = _color(view.lab[_own(view, hair) if hair.any() else surely], percentile)
    hatted = cover > _WHOLLY and hairline < _BRIM and temples < _FREE_TEMPLES
    tied = length > _TAIL_FROM and hanging > _LEAST_TAIL and max(cheeks) < _FREE_CHEEKS
    if max(cheeks) < _FREE_CHEEKS and not tied:
        length = NO_LENGTH  # what is dark beside the neck is a collar, or an ear's shadow
    fringe = _fringe(view, hair, from_skin)
    veiled = cover > _WHOLLY and hairline < _BRIM and min(cheeks) > _CLOSED and fringe < _FREE_FOREHEAD
    wrapped = hatted or veiled or (min(cheeks) > _WRAPPED and under > _WRAPPED)
    return HairLook(cover, volume, length, color, room, sides, hairline, crown, fringe, tied, wrapped)


def _is_shorn(volume: float, length: float) -> bool:
    return volume < _SHORN_VOLUME and length <= NO_LENGTH


def _from_skin(view: _View, skin: np.ndarray, forehead: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """(H, W) distance from the skin's colour, in its own spread."""
    if forehead.sum() >= _LEAST_FOREHEAD_PX and _is_grey(view.lab[inner]):
        lit = np.percentile(view.lab[forehead], _LIT, axis=0)
        return np.asarray(np.linalg.norm((view.lab - lit) / _LEAST_SPREAD, axis=2))
    return _distances(view.lab, skin)


def _volume(view: _View, hair: np.ndarray) -> float:
    """Area of the hair above the face's top over the face's."""
    less, more = sorted(float((half & (view.rows < view.points[TOP, 1])).sum()) for half in _halves(view, hair))
    return (min(less + more, _LOPSIDED * less) if _is_frontal(view) else less + more) / view.area


def _own(view: _View, hair: np.ndarray) -> np.ndarray:
    """The hair without the half that somebody else's runs into."""
    less, more = sorted(_halves(view, hair), key=np.sum)
    return less if _is_frontal(view) and more.sum() > _LOPSIDED * less.sum() > 0 else hair


def _halves(view: _View, hair: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    left = view.columns < view.points[TOP, 0]
    return hair & left, hair & ~left


def _is_frontal(view: _View) -> bool:
    return bool(abs(view.points[TOP, 0] - view.middle_x) < _FRONTAL * view.area / view.height)


def _length(view: _View, hair: np.ndarray, surely: np.ndarray) -> tuple[float, float]:
    """How far hair hangs below the chin, in heights of the face, and its area beside the face over the face's."""
    chin, width = view.points[CHIN, 1], view.area / view.height
    clothes = view.person & (view.rows > chin + _CLOTHES_FROM * view.height)
    from_hair, length, area = _distances(view.lab, surely), NO_LENGTH, 0.0
    for outward in (view.columns - view.middle_x, view.middle_x - view.columns):
        side, shoulder = hair & (outward > 0.3 * width) & (view.rows > view.points[BROW, 1]), clothes & (outward > 0.3 * width)
        if side.sum() <= _LEAST_SIDE * view.area:
            continue
        end = float((np.percentile(view.rows[side], 97) - chin) / view.height)
        if shoulder.any() and np.median(from_hair[shoulder]) < _LIKE_CLOTHES:
            end = min(end, _HIDDEN_END)
        length, area = max(length, end), area + float(side.sum() / view.area)
    return length, area


def _hairline(view: _View, hair: np.ndarray) -> tuple[float, float]:
    """How high over the face's top hair begins in its middle, in heights of the face, and its part of what is above, 0..1."""
    column, top, width = view.points[TOP, 0], view.points[TOP, 1], view.area / view.height
    band = view.person & ~view.face & (np.abs(view.columns - column) < _CROWN * width) & (view.rows < top)
    band &= view.rows > top - _ABOVE_REACH * view.height
    if not band.any():
        return 0.0, 0.0
    shares = (hair & band).sum(axis=1) / np.maximum(band.sum(axis=1), 1)
    rows = np.flatnonzero(shares > 0.5)
    first = rows.max() if len(rows) else np.flatnonzero(band.any(axis=1)).min()
    return float((top - first) / view.height), float(hair[band].mean())


def _fringe(view: _View, hair: np.ndarray, from_skin: np.ndarray) -> float:
    """How much of the forehead, but for its edges, has the hair's colour and not the skin's."""
    forehead = view.face & (view.rows < view.points[list(BROWS), 1].mean() - _EDGE * view.height)
    forehead &= view.rows > view.points[TOP, 1] + _EDGE * view.height
    if not hair.any():
        return 0.0
    return _share((_distances(view.lab, hair) < _LIKE_HAIR) & (from_skin > _NOT_SKIN), forehead)


def _rim(view: _View, hair: np.ndarray) -> tuple[float, tuple[float, float], float]:
    """How much of the rim around the face is hair, 0..1: at the temples, beside the right and left cheek, below the mouth."""
    reach = 2 * max(int(_RIM * view.area / view.height), 1) + 1
    rim = (cv2.dilate(view.face.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0) & ~view.face
    eyes, mouth = (float(view.points[list(ends), 1].mean()) for ends in (EYES, MOUTH))
    cheeks = rim & (view.rows > eyes) & (view.rows < mouth)
    right, left = (cheeks & side for side in (view.columns < view.middle_x, view.columns >= view.middle_x))
    brow, width = view.points[BROW, 1], view.area / view.height
    temples = view.person & ~view.face & (view.rows > brow) & (view.rows < 2.0 * eyes - brow)
    temples &= np.abs(view.columns - view.middle_x) < _TEMPLES_REACH * width
    return _share(hair, temples), (_share(hair, right), _share(hair, left)), _share(hair, rim & (view.rows > mouth))


def _share(hair: np.ndarray, where: np.ndarray) -> float:
    return float(hair[where].mean()) if where.any() else 0.0


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


def _color(lab: np.ndarray, percentile: float) -> str | None:
    middle = np.median(lab, axis=0)
    middle[0] = min(float(np.percentile(lab[:, 0], percentile)), _LIGHTEST)
    if not ((middle[1:] > _HAIR_AB_LOW) & (middle[1:] < _HAIR_AB_HIGH)).all():
        return None
    middle[1] = max(middle[1], _LEAST_RED * middle[2])
    return hex_color(from_lab(middle[None])[0])


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
