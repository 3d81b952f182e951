"""Colours of a person: skin, face texture, lips, brows, eyes, hair."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

import cv2
import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.shape import BodyShape
from avatarkit.face_fit import face_regions
from avatarkit.face_fit.brow_look import (
    HAIR_AB_HIGH,
    HAIR_AB_LOW,
    BrowLine,
    BrowShapeName,
    assumed_brows,
    read_brows,
    usual_line,
)
from avatarkit.face_fit.face_wear import FaceWear, Side, far_from_skin, read_face_wear
from avatarkit.face_fit.hair_look import HairLook, read_hair_look
from avatarkit.face_fit.head_camera import HeadCamera
from avatarkit.face_fit.iris_color import DEFAULT_IRIS, iris_color
from avatarkit.face_fit.light import evened, from_lab, harmonics, hex_color, hex_lab, light_on_skin, to_lab
from avatarkit.face_fit.photo_light import in_plain_light, lit_cheek, photo_light, plain_colors
from avatarkit.face_fit.projection import PICTURE_SIZE, FaceTexels, front_texels, project_photo
from avatarkit.face_fit.skin_tone import LIGHT_STRIDE, SKIN_SPREAD_LAB, dull_skin, middle_skin, skin_tone, skin_trust
from avatarkit.geometry.arrays import checked_array
from avatarkit.render.color import to_linear
from avatarkit.tracking.face_landmarks import FaceLandmarks

ALPHA_SIZE = 256
FOREHEAD_SPREAD_LAB = np.array([9.0, 6.0, 7.0])  # a forehead varies less than a whole face
SHADOW_TEXELS = 41  # how far a strand's shadow reaches
COLORLESS_CHROMA = 3.0  # a photo whose face has less is black and white
PLAIN_SKIN_AB = np.array([13.0, 17.0])  # chroma lent to a black-and-white photo's skin
PLAIN_HAIR_AB, BROWN_TO_L, GREY_FROM_L = np.array([6.0, 10.0]), 42.0, 62.0  # the same of its hair; CIELAB lightness
SHADOW_L = 14.0  # CIELAB lightness that one side may lie below the other and still be believed
FOLDED_M = 0.005  # that the skin of cheeks has moved by: smiles move it by up to 12 mm
EYE_FOLDS = 0.7  # of the folds below the eyes are the smile's; the rest stays when it goes
SHORN_OVER_BROWS_L, GREY_HAIR_CHROMA = 8.0, 6.0  # CIELAB
DARKER_LIPS, REDDER_LIPS = 8.0, 4.0  # CIELAB; closed, unpainted lips differ from the skin by at least this much
MOST_CHROMA = 1.45  # of the tone's: what is more colourful and no lip is a nostril or a shadow that was brightened
SHINE_L = 7.0  # CIELAB lightness above the tone at which skin counts as shining
FLATTEN = 0.7  # how much of the broad shading that the light's model leaves is taken out
BROAD = 0.05  # of the picture's side: what counts as broad
SHARP_WIDTH_PX, LEAST_SHARE = 80.0, 0.5  # smaller faces are smears on a large texture: the generated skin shows through
LEVEL_PERCENTILE = 80  # of the light on visible skin: what skin is called is what it looks like where it is well lit
DEFAULT_HAIR = "#3b2a20"


@dataclass(frozen=True)
class Appearance:
    """What a photo tells of a person's colours.

    Attributes:
        skin, lips, brows, iris, hair: "#rrggbb", sRGB, evened for light.
        picture: (1024, 1024, 3) uint8, the face in the head's texture layout, light taken out, on the skin's tone.
        alpha: (256, 256) uint8, where that picture is to be trusted.
        seen: part of the face that the photo shows, 0..1.
        hair_seen, iris_seen: whether these colours were read or are only assumed.
        colorless: whether the photo is black and white, so that the skin's hue is assumed, too.
        light: linear RGB of the photo's light as it was taken out; (1, 1, 1) is plain.
        brow_shape: how thick they are.
        brow_line: where they run, as in `BrowLook`.
        hair_look: what is seen of the hair, or None.
        wear: beard and glasses.
    """

    skin: str
    lips: str
    brows: str
    iris: str
    hair: str
    picture: np.ndarray
    alpha: np.ndarray
    seen: float
    hair_seen: bool
    iris_seen: bool
    colorless: bool = False
    light: tuple[float, float, float] = (1.0, 1.0, 1.0)
    brow_shape: BrowShapeName = "natural"
    brow_line: BrowLine = field(default_factory=usual_line)
    hair_look: HairLook | None = None
    wear: FaceWear = field(default_factory=FaceWear)

    def __post_init__(self) -> None:
        object.__setattr__(self, "picture", checked_array("picture", self.picture, (PICTURE_SIZE, PICTURE_SIZE, 3), np.uint8))
        object.__setattr__(self, "alpha", checked_array("alpha", self.alpha, (ALPHA_SIZE, ALPHA_SIZE), np.uint8))


def read_appearance(landmarks: FaceLandmarks, shape: BodyShape, posed: np.ndarray, camera: HeadCamera) -> Appearance:
    """Read a person's colours from the photo.

    Args:
        landmarks: with the photo they lie in.
        shape: the fitted body; posed: (V, 3) the same with the photo's expression.
        camera: as fitted.
    """
    texels = project_photo(landmarks.photo.pixels, posed, camera, landmarks.points_px)
    colorless = _is_colorless(texels)
    light = np.ones(3) if colorless else photo_light(landmarks)  # how grey was made of colours nobody knows
    landmarks, texels = in_plain_light(landmarks, light), replace(texels, colors=plain_colors(texels.colors, light))
    texels = _colored(texels) if colorless else texels
    trust, middle = skin_trust(texels, None if colorless else lit_cheek(landmarks))
    even = _evened_colors(texels, trust)
    lit = middle_skin(even[::LIGHT_STRIDE], trust[::LIGHT_STRIDE])
    tone, bright_tone = skin_tone(lit, dull_skin(texels, even, lit)), from_lab(lit[None])[0]
    covered = _covered_by_hair(even, bright_tone, texels)
    wear = read_face_wear(landmarks, even, texels.seen, bright_tone)
    wear = replace(wear, covered_eye=None) if colorless else wear  # a deep shadow is as grey as hair
    shown = texels.seen * face_regions.face() * (1.0 - covered)
    shown = shown * float(np.clip(landmarks.face_width_px / SHARP_WIDTH_PX, LEAST_SHARE, 1.0))
    if wear.glasses:  # frames, lenses and what shines on them are no skin
        shown = shown * (1.0 - face_regions.behind_glasses())
    if wear.mouth_covered:
        shown = shown * (1.0 - face_regions.around_mouth())
    free = texels.seen
    if wear.covered_eye:
        behind = _before_the_eye(even, bright_tone, texels, wear.covered_eye)
        shown, free = shown * (1.0 - behind), free * (1.0 - behind)
    picture, alpha = _face_picture(texels, even, tone, shown * (1.0 - _folded(shape, posed)))
    look = read_hair_look(landmarks)
    hair, hair_seen = _hair_color(look, landmarks.photo.pixels, shape, camera, middle)
    hair = _natural_hair(hair) if colorless else hair
    iris, iris_seen = (DEFAULT_IRIS, False) if wear.dark_glasses or colorless else iris_color(landmarks, tone)
    brows = assumed_brows(tone) if wear.dark_glasses else read_brows(even, free, bright_tone, wear.glasses)
    lips_seen = np.zeros_like(texels.seen) if wear.mouth_covered else texels.seen
    return Appearance(
        skin=hex_color(tone),
        lips=hex_color(_lip_color(even, lips_seen, tone)),
        brows=brows.color,
        brow_shape=brows.shape,
        brow_line=brows.line,
        iris=iris,
        hair=_shorn_hair(hair, look, brows.color),
        picture=picture,
        alpha=alpha,
        seen=float(np.clip((shown * face_regions.face()).sum() / face_regions.face().sum(), 0.0, 1.0)),
        hair_seen=hair_seen,
        iris_seen=iris_seen,
        colorless=colorless,
        light=(float(light[0]), float(light[1]), float(light[2])),
        hair_look=look,
        wear=wear,
    )


def _lip_color(colors: np.ndarray, seen: np.ndarray, tone: np.ndarray) -> np.ndarray:
    """(3,) sRGB of the lips: laughing ones are stretched, shine, and are half teeth, but never paler than the skin."""
    found = _middle(colors, seen * (face_regions.lips() > 0.9), tone * [0.9, 0.7, 0.7])
    skin, (lightness, red, yellow) = to_lab(tone[None])[0], to_lab(found[None])[0]
    return from_lab(np.array([[min(lightness, skin[0] - DARKER_LIPS), max(red, skin[1] + REDDER_LIPS), yellow]]))[0]


def _middle(colors: np.ndarray, weights: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Median colour of the believed texels, or a stand-in if there are too few."""
    chosen = colors[weights > 0.5]
    return np.median(chosen, axis=0) if len(chosen) >= 30 else np.asarray(otherwise)


def _is_colorless(texels: FaceTexels) -> bool:
    """Whether hardly any of the face has a colour."""
    shown = texels.seen > 0.5
    if not shown.any():
        return False
    lab = to_lab(texels.colors[shown])
    return bool(np.percentile(np.hypot(lab[:, 1], lab[:, 2]), 90) <= COLORLESS_CHROMA)


def _colored(texels: FaceTexels) -> FaceTexels:
    """The texels of a black-and-white photo with a plain skin's chroma."""
    lab = to_lab(texels.colors)
    lips = face_regions.lips()[:, None] * np.array([10.0, 0.0])
    lab[:, 1:] = (PLAIN_SKIN_AB + lips) * np.clip(lab[:, :1] / 60.0, 0.1, 1.0)
    return replace(texels, colors=from_lab(lab))


def _evened_colors(texels: FaceTexels, trust: np.ndarray) -> np.ndarray:
    """(N, 3) the photo's colours without its light."""
    if trust.sum() < 200:
        return texels.colors
    some = np.flatnonzero(trust > 0.05)[::LIGHT_STRIDE]
    luminance = np.log(to_linear(texels.colors[some]) @ np.array([0.2126, 0.7152, 0.0722]) + 1e-3)
    light = light_on_skin(luminance, texels.normals[some], trust[some])
    level = float(np.percentile(harmonics(texels.normals[some]) @ light, LEVEL_PERCENTILE))
    return evened(texels.colors, texels.normals, light, level)


def _covered_by_hair(colors: np.ndarray, tone: np.ndarray, texels: FaceTexels) -> np.ndarray:
    """(N,) 0..1: hair, hats and their shadows on forehead and temples; what lies above hair is covered too."""
    lab, skin = to_lab(colors), to_lab(tone[None])[0]
    distance = np.linalg.norm((lab - skin) / FOREHEAD_SPREAD_LAB, axis=1)
    strange = np.clip(distance - 1.3, 0.0, 1.0) * face_regions.above_brows() * (texels.seen > 0)
    whole = texels.texels.picture(strange.astype(np.float32))
    half = cv2.resize(whole, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    image = cv2.medianBlur((255 * half).astype(np.uint8), 5)
    image = cv2.dilate(image, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (SHADOW_TEXELS // 2, SHADOW_TEXELS // 2)))
    upward = np.maximum.accumulate(image[::-1], axis=0)[::-1].astype(np.float32) / 255.0
    soft = cv2.GaussianBlur(np.clip(1.6 * upward, 0.0, 1.0), (0, 0), 5.5)
    covered = cv2.resize(soft, whole.shape[1::-1], interpolation=cv2.INTER_LINEAR).reshape(-1)[texels.texels.texels]
    return np.maximum(covered * face_regions.above_brows(), _background(lab, skin, texels))


def _before_the_eye(colors: np.ndarray, tone: np.ndarray, texels: FaceTexels, side: Side) -> np.ndarray:
    """(N,) 0..1: what hangs over that side of the face, and its edges."""
    half = face_regions.polygon(face_regions.LEFT_HALF if side == "left" else face_regions.RIGHT_HALF, grow=0.01)
    strange = np.clip(far_from_skin(colors, tone) - 1.3, 0.0, 1.0) * half * (texels.seen > 0)
    image = cv2.medianBlur((255 * texels.texels.picture(strange.astype(np.float32))).astype(np.uint8), 5)
    soft = cv2.GaussianBlur(cv2.dilate(image, np.ones((41, 41), np.uint8)), (0, 0), 11.0)
    return np.asarray(soft.reshape(-1)[texels.texels.texels].astype(np.float32) / 255.0)


def _background(lab: np.ndarray, skin: np.ndarray, texels: FaceTexels) -> np.ndarray:
    """(N,) 0..1: what shows beside the cheeks where the outline was missed: hues that no skin or beard has, and glare."""
    hue = np.linalg.norm((lab[:, 1:] - skin[1:]) / SKIN_SPREAD_LAB[1:], axis=1) / 1.8
    glare = (lab[:, 0] - skin[0]) / (1.2 * SKIN_SPREAD_LAB[0])
    strange = np.clip(np.maximum(hue, glare) - 1.0, 0.0, 1.0) * (1.0 - face_regions.middle_of_face()) * (texels.seen > 0)
    image = cv2.dilate(texels.texels.picture(strange.astype(np.float32)), np.ones((21, 21), np.uint8))
    outer = cv2.GaussianBlur(np.clip(2.0 * image, 0.0, 1.0), (0, 0), 8).reshape(-1)[texels.texels.texels]
    return outer * (1.0 - face_regions.middle_of_face())


def _folded(shape: BodyShape, posed: np.ndarray) -> np.ndarray:
    """(N,) 0..1 where the photo's expression folds the cheeks: a face at rest has other lines there."""
    moved = front_texels().on_surface(np.linalg.norm(posed - shape.positions, axis=1, keepdims=True).astype(np.float32))[:, 0]
    folds = face_regions.folds() * np.clip(moved / FOLDED_M, 0.0, 1.0)
    smiling = float(folds.max(initial=0.0))  # raised cheeks fold the skin below the eyes, too
    return np.maximum(folds, EYE_FOLDS * smiling * face_regions.below_eyes())


def _face_picture(texels: FaceTexels, colors: np.ndarray, tone: np.ndarray, shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The picture and its alpha: unseen parts from the mirrored side, broad shading flattened, lips closed."""
    weight = _place(shown.astype(np.float32))
    image = _place(colors.astype(np.float32))
    weight = weight * (1.0 - _one_sided_shadow(image, weight))
    mirrored = np.clip(1.0 - 2.0 * weight, 0.0, 1.0) * weight[:, ::-1]
    total = weight + mirrored
    image = (image * weight[..., None] + image[:, ::-1] * mirrored[..., None]) / np.maximum(total, 1e-6)[..., None]
    image = _without_shine(_flattened(image, total, tone), tone)
    image = _closed_lips(image, total)
    filled = image * (total > 1e-3)[..., None] + tone.astype(np.float32) * (total <= 1e-3)[..., None]
    alpha = cv2.resize(np.clip(total, 0.0, 1.0), (ALPHA_SIZE, ALPHA_SIZE), interpolation=cv2.INTER_AREA)
    return (np.clip(filled, 0, 1) * 255 + 0.5).astype(np.uint8), (alpha * 255 + 0.5).astype(np.uint8)


def _one_sided_shadow(image: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """0..1 where one side of the face lies in a shadow so deep that the other side, mirrored, tells more."""
    small = cv2.resize(np.dstack([image, weight]), None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    lightness = cv2.cvtColor(np.ascontiguousarray(small[..., :3]), cv2.COLOR_RGB2LAB)[..., 0]
    sums = cv2.GaussianBlur(np.dstack([lightness * small[..., 3], small[..., 3]]), (0, 0), 0.5 * BROAD * len(small))
    broad = sums[..., 0] / np.maximum(sums[..., 1], 1e-3)
    both = (sums[..., 1] > 0.05) & (sums[:, ::-1, 1] > 0.05)
    darker = np.clip((broad[:, ::-1] - broad - SHADOW_L) / SHADOW_L, 0.0, 1.0) * both
    darker = cv2.GaussianBlur(darker.astype(np.float32), (0, 0), 2.0)
    return cv2.resize(darker, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def _place(values: np.ndarray) -> np.ndarray:
    """Values on the layout's front as a picture."""
    return front_texels().picture(np.asarray(values, np.float32))


def _flattened(image: np.ndarray, weight: np.ndarray, tone: np.ndarray) -> np.ndarray:
    """The picture with broad differences to the skin's tone reduced, wholly so at the border, lips, brows and eyes apart."""
    features = np.clip(face_regions.lips() + face_regions.brows() + face_regions.eyes(), 0.0, 1.0)
    plain = weight * _place((1.0 - features).astype(np.float32))
    sigma = BROAD * PICTURE_SIZE
    small = cv2.resize(np.dstack([image * plain[..., None], plain]), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / 4)
    broad = cv2.resize(small[..., :3] / np.maximum(small[..., 3:], 1e-3), image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    inner = _place(np.clip(1.6 * face_regions.face() - 0.6, 0.0, 1.0).astype(np.float32))[..., None]
    share = 1.0 - inner * (1.0 - FLATTEN)
    ratio = np.clip(tone / np.maximum(broad, 0.02), 1 / 1.8, 1.8)
    return np.clip(image * (1.0 + share * (ratio - 1.0)), 0.0, 1.0).astype(np.float32)


def _without_shine(image: np.ndarray, tone: np.ndarray) -> np.ndarray:
    """The picture with highlights on the skin pressed down: they belong to the photo's light, and the avatar makes its own.

    Colours that no skin has are paled.
    """
    lab: np.ndarray = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    limit = to_lab(tone[None])[0, 0] + SHINE_L
    over = np.maximum(lab[..., 0] - limit, 0.0)
    share = np.clip(over / SHINE_L, 0.0, 1.0)[..., None] * 0.7
    lab[..., 0] = lab[..., 0] - 0.75 * over
    lab[..., 1:] = lab[..., 1:] * (1.0 - share) + to_lab(tone[None])[0, 1:] * share
    paled = _paled(cv2.magnitude(lab[..., 1].copy(), lab[..., 2].copy()), tone)
    lab[..., 1] *= paled
    lab[..., 2] *= paled
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0.0, 1.0)


def _paled(chroma: np.ndarray, tone: np.ndarray) -> np.ndarray:
    """(H, W) factors that bring a picture's chroma (H, W) down to what skin of that tone has; lips keep theirs."""
    factors = np.minimum(MOST_CHROMA * float(np.hypot(*to_lab(tone[None])[0, 1:])) / np.maximum(chroma, 1e-3), 1.0)
    rows, columns = face_regions.mouth_window()
    lips = _place(face_regions.lips())[rows, columns]
    factors[rows, columns] += lips * (1.0 - factors[rows, columns])
    return np.asarray(factors, np.float32)


def _closed_lips(image: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The picture with teeth and the mouth's dark taken off the lips."""
    rows, columns = face_regions.mouth_window()
    lips = _place(face_regions.lips())[rows, columns]
    sure = (lips > 0.95) & (weight[rows, columns] > 0.4)
    if sure.sum() < 50:
        return image
    lab = cv2.cvtColor(image[rows, columns], cv2.COLOR_RGB2LAB)
    middle = np.median(lab[sure], axis=0)
    strange = np.abs(lab - middle) / np.array([14.0, 11.0, 11.0])
    foreign = np.clip(strange.max(axis=2) - 1.0, 0.0, 1.0) * np.clip(2.0 * lips - 0.6, 0.0, 1.0)
    foreign = cv2.GaussianBlur(cv2.dilate(foreign, np.ones((5, 5), np.uint8)), (0, 0), 2.5)[..., None]
    calm = lab * (1.0 - foreign) + middle * foreign
    result = image.copy()
    result[rows, columns] = np.clip(cv2.cvtColor(calm.astype(np.float32), cv2.COLOR_LAB2RGB), 0.0, 1.0)
    return result


def _hair_color(
    look: HairLook | None, pixels: np.ndarray, shape: BodyShape, camera: HeadCamera, skin_lab: np.ndarray
) -> tuple[str, bool]:
    """The hair's colour, and whether it was seen: under hats and scarves it is not."""
    if look and look.covered:
        return DEFAULT_HAIR, False
    return (look.color, True) if look and look.color else _color_above(pixels, shape, camera, skin_lab)


def _natural_hair(hair: str) -> str:
    """Hair of a black-and-white photo with the hue of brown hair; what is as light as grey and white hair keeps none."""
    lightness = float(hex_lab(hair)[0])
    share = np.clip((GREY_FROM_L - lightness) / (GREY_FROM_L - BROWN_TO_L), 0.0, 1.0) * np.clip(
        lightness / BROWN_TO_L, 0.0, 1.0
    )
    return hex_color(from_lab(np.array([[lightness, *(share * PLAIN_HAIR_AB)]]))[0])


def _shorn_hair(hair: str, look: HairLook | None, brows: str) -> str:
    """Shorn hair without the scalp that shines through it: it is hardly lighter than the brows, unless it is grey."""
    if look is None or not look.shorn:
        return hair
    lightness, *hue = hex_lab(hair)
    darker = min(lightness, hex_lab(brows)[0] + SHORN_OVER_BROWS_L)
    if np.hypot(*hue) < GREY_HAIR_CHROMA or darker == lightness:
        return hair
    return hex_color(from_lab(np.array([[darker, *(darker / lightness * np.array(hue))]]))[0])


def _color_above(pixels: np.ndarray, shape: BodyShape, camera: HeadCamera, skin_lab: np.ndarray) -> tuple[str, bool]:
    """The colour above the hairline that is neither skin nor hat nor sky; assumed where nothing is there to see."""
    above = np.round(camera.project(shape.positions[_hairline()])).astype(int)
    inside = ((above >= 2) & (above < np.array(pixels.shape[1::-1]) - 2)).all(axis=1)
    if inside.sum() < 20:
        return DEFAULT_HAIR, False
    low, high = above[inside].min(axis=0) - 2, above[inside].max(axis=0) + 3
    blurred = cv2.GaussianBlur(pixels[low[1] : high[1], low[0] : high[0]], (0, 0), 1.0)
    column, row = (above[inside] - low).T
    lab = to_lab(blurred[row, column].astype(np.float32) / 255.0)
    other = np.linalg.norm((lab - skin_lab) / SKIN_SPREAD_LAB, axis=1) > 1.5
    other &= ((lab[:, 1:] > HAIR_AB_LOW) & (lab[:, 1:] < HAIR_AB_HIGH)).all(axis=1)
    if other.mean() < 0.25:
        return DEFAULT_HAIR, False
    return hex_color(from_lab(np.median(lab[other], axis=0)[None])[0]), True


@cache
def _hairline() -> np.ndarray:
    """Vertices of the front of the scalp, just above where hair begins on most heads."""
    body = load_body()
    head = np.unique(body.parts["head"].quads)
    x, y, z = body.positions[head].T
    return head[(y > 0.797) & (y < 0.832) & (np.abs(x) < 0.055) & (z > 0.03)]
