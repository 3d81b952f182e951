"""Parts of a face in the head's texture layout, from the landmarks that surround them."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from avatarkit.body.body import load_body
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.face_fit.projection import PICTURE_SIZE, front_texels

DRAWN_SIZE, SUBPIXEL_BITS = 512, 4  # all outlines are soft: half of the picture's size is enough to draw them

# MediaPipe's face mesh: the closed outlines of its own contour groups
OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
        172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)  # fmt: skip
RIGHT_BROW, LEFT_BROW = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46), (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
RIGHT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
RIGHT_CHEEK, LEFT_CHEEK = (117, 118, 101, 36, 205, 187, 123), (346, 347, 330, 266, 425, 411, 352)
RIGHT_FOLD, LEFT_FOLD = (
    (129, 36, 205, 207, 214, 210, 202, 57, 186, 92, 98),
    (358, 266, 425, 427, 434, 430, 422, 287, 410, 322, 327),
)
BELOW_RIGHT_EYE = (25, 110, 24, 23, 22, 26, 112, 128, 121, 120, 119, 118, 117, 111)
BELOW_LEFT_EYE = (255, 339, 254, 253, 252, 256, 341, 357, 350, 349, 348, 347, 346, 340)
MUZZLE = (98, 92, 57, 202, 210, 211, 32, 208, 199, 428, 262, 431, 430, 422, 287, 322, 327, 2)
NOSE_RIDGE, FOREHEAD = (6, 122, 196, 3, 51, 5, 281, 248, 419, 351), (109, 10, 338, 337, 336, 9, 107, 108)

_CHIN = OVAL.index(152)
LEFT_HALF, RIGHT_HALF = OVAL[: _CHIN + 1], (*OVAL[_CHIN:], OVAL[0])


def polygon(*outlines: tuple[int, ...], grow: float = 0.0, soft: float = 0.0) -> np.ndarray:
    """(N,) 0..1 on the layout's front: inside any of the outlines, grown and softened by parts of the picture's side."""
    uvs = load_landmark_table().uvs(0.0, 0.0)
    image: np.ndarray = np.zeros((DRAWN_SIZE, DRAWN_SIZE), np.uint8)
    for outline in outlines:
        corners = np.round((uvs[list(outline)] * DRAWN_SIZE - 0.5) * 2**SUBPIXEL_BITS).astype(np.int32)
        cv2.fillPoly(image, [corners], (255,), lineType=cv2.LINE_AA, shift=SUBPIXEL_BITS)
    if grow:
        reach = max(1, round(abs(grow) * DRAWN_SIZE))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        image = (cv2.dilate if grow > 0 else cv2.erode)(image, disc)
    if soft:
        image = cv2.GaussianBlur(image, (0, 0), soft * DRAWN_SIZE)
    image = cv2.resize(image, (PICTURE_SIZE, PICTURE_SIZE), interpolation=cv2.INTER_LINEAR)
    return image.reshape(-1)[front_texels().texels].astype(np.float32) / 255.0


@cache
def face() -> np.ndarray:
    """The face a photo is trusted with: the oval, with a wide soft border."""
    return np.clip(2.0 * polygon(OVAL, grow=0.012, soft=0.03) - 1.0, 0.0, 1.0)


@cache
def middle_of_face() -> np.ndarray:
    """The part that a fitted face always covers with the face of the photo, far from the outline."""
    return polygon(OVAL, grow=-0.06, soft=0.015)


@cache
def plain_skin() -> np.ndarray:
    """Cheeks, forehead and the ridge of the nose: skin on every face, most of the time."""
    return polygon(RIGHT_CHEEK, LEFT_CHEEK, FOREHEAD, NOSE_RIDGE)


@cache
def cheeks() -> np.ndarray:
    """The part of them that is plain skin, and that makeup reddens."""
    return polygon(RIGHT_CHEEK, LEFT_CHEEK)


@cache
def lips() -> np.ndarray:
    """The lips, by the body's own mask."""
    return front_texels().on_corners(load_body().regions["lips"])


@cache
def mouth_window() -> tuple[slice, slice]:
    """Rows and columns of the layout's picture that hold the lips, with room to blur."""
    rows, columns = np.divmod(front_texels().texels[lips() > 0.01], PICTURE_SIZE)
    margin = 16
    return slice(rows.min() - margin, rows.max() + margin), slice(columns.min() - margin, columns.max() + margin)


@cache
def folds() -> np.ndarray:
    """Where smiles fold the cheeks: from the nose's wings past the corners of the mouth, softly; not the lips."""
    return polygon(RIGHT_FOLD, LEFT_FOLD, grow=0.012, soft=0.012) * (1.0 - lips())


@cache
def below_eyes() -> np.ndarray:
    """Where raised cheeks fold the skin below the lower lids, softly."""
    return polygon(BELOW_RIGHT_EYE, BELOW_LEFT_EYE, grow=0.004, soft=0.006)


@cache
def around_mouth() -> np.ndarray:
    """What a hand, a cup or a mask before the mouth hides, softly: from the nose to the chin."""
    return polygon(RIGHT_FOLD, LEFT_FOLD, MUZZLE, grow=0.03, soft=0.02)


@cache
def brows() -> np.ndarray:
    """Both brows, softly."""
    return polygon(RIGHT_BROW, LEFT_BROW, grow=0.006, soft=0.006)


@cache
def around_brows() -> np.ndarray:
    """All that the thickest brows cover."""
    return polygon(RIGHT_BROW, LEFT_BROW, grow=0.012)


@cache
def eyes() -> np.ndarray:
    """The openings of the lids and their very rims."""
    return polygon(RIGHT_EYE, LEFT_EYE, grow=0.004, soft=0.003)


@cache
def behind_glasses() -> np.ndarray:
    """What frames and lenses cover: both eyes with the cheeks' upper halves, the temples and the nose's root, softly."""
    return polygon(RIGHT_EYE, LEFT_EYE, grow=0.14, soft=0.016)


@cache
def above_brows() -> np.ndarray:
    """Forehead and temples, where hair may hang into the face: rises from 0 above the brows to 1."""
    uvs = load_landmark_table().uvs(0.0, 0.0)
    ridge = uvs[list(RIGHT_BROW + LEFT_BROW), 1].min() - 0.003
    rows, columns = np.divmod(front_texels().texels, PICTURE_SIZE)
    beside = np.abs(columns / PICTURE_SIZE - 0.5) - 0.203
    height = np.maximum((ridge - rows / PICTURE_SIZE) / 0.014, beside / 0.014)
    return np.clip(height, 0.0, 1.0).astype(np.float32)
