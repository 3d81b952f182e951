"""What a photo shows of hair, beard and glasses, on pictures that are painted to show it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from avatarkit.avatar.hair_guess import guess_hair
from avatarkit.face_fit import face_regions, hair_look
from avatarkit.face_fit.appearance import _natural_hair
from avatarkit.face_fit.brow_look import read_brows
from avatarkit.face_fit.face_wear import CHIN_BEARD, LEFT_JAW, MOUSTACHE, RIGHT_JAW, read_face_wear
from avatarkit.face_fit.fit import fit_face
from avatarkit.face_fit.hair_look import NO_LENGTH, HairLook, read_hair_look
from avatarkit.face_fit.light import from_lab, hex_color, hex_lab, to_lab
from avatarkit.face_fit.photo_light import eyes_luminance, photo_light
from avatarkit.face_fit.projection import front_texels
from avatarkit.face_fit.skin_scale import MONK_TONES, monk_tone
from avatarkit.media.photo import Photo
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.segment_person import person_mask
from avatarkit.tracking.track_face import track_face

STYLES = ["bald", "buzz", "crew", "receding", "short", "side-part", "slicked-back", "chunky", "pixie", "bob", "chunky-bob",
          "feathered", "lob", "long", "bangs", "ponytail"]  # fmt: skip


@pytest.fixture(scope="module")
def landmarks(portrait: Photo) -> FaceLandmarks:
    return track_face(portrait)


def test_the_portraits_hair_is_found(landmarks: FaceLandmarks) -> None:
    look = read_hair_look(landmarks)
    assert look is not None and look.color is not None
    red, green, blue = (int(look.color[k : k + 2], 16) for k in (1, 3, 5))
    assert red > green > blue and 70 < red < 170
    assert look.cover > 0.8 and look.volume > 0.3 and look.length < 0.0


def test_a_mirrored_photo_shows_the_same_hair(landmarks: FaceLandmarks) -> None:
    width = landmarks.photo.pixels.shape[1]
    swapped = landmarks.points_px * (-1, 1) + (width, 0)
    swapped[[234, 454]] = swapped[[454, 234]]
    photo = replace(landmarks.photo, pixels=np.ascontiguousarray(landmarks.photo.pixels[:, ::-1]))
    one, other = read_hair_look(landmarks), read_hair_look(replace(landmarks, photo=photo, points_px=swapped))
    assert one is not None and other is not None
    for name in ("cover", "volume", "length", "beside"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=0.12), name


def test_nobody_is_in_a_grey_picture_and_somebody_in_a_portrait(portrait: Photo) -> None:
    assert person_mask(np.full((256, 256, 3), 128, np.uint8)).mean() < 0.2
    face = portrait.pixels[0:256, 100:356]
    mask = person_mask(face)
    assert mask[130, 125] > 0.9 and mask[10, 10] < 0.2


def look(**values: float) -> HairLook:
    plain: dict[str, Any] = {"cover": 0.8, "volume": 0.3, "length": NO_LENGTH, "room": 0.5, "beside": 0.1}
    return HairLook(color="#402010", **{**plain, **values})


@pytest.mark.parametrize(
    ("seen", "style"),
    [
        (look(cover=0.05, volume=0.0, hairline=0.3, crown=0.0), "bald"),
        (look(cover=0.5, volume=0.04, hairline=0.1, crown=0.6), "buzz"),
        (look(cover=0.6, volume=0.2, hairline=0.22, crown=0.35), "receding"),
        (look(volume=0.25, hairline=0.06), "short"),
        (look(volume=0.35, cover=0.72, hairline=0.19, crown=0.62), "slicked-back"),
        (look(length=-0.1, volume=0.6, hairline=0.04), "feathered"),
        (look(length=-0.1, volume=0.3, tied=True), "ponytail"),
        (look(length=-0.1, volume=0.5, cover=0.9, hairline=0.15), "bob"),
        (look(length=0.9, volume=0.5, hairline=0.15), "long"),
        (look(length=0.9, volume=0.5, hairline=0.0, fringe=0.8), "bangs"),
        (look(length=0.9, volume=0.5, hairline=0.0, fringe=0.1), "long"),
    ],
)
def test_a_look_becomes_the_style_it_is_nearest_to(seen: HairLook, style: str) -> None:
    assert guess_hair(seen, STYLES, colorless=False) == style


def test_longer_hair_never_becomes_a_shorter_style() -> None:
    plain = ["short", "pixie", "bob", "lob", "long"]
    looks = [look(length=x, volume=0.5, hairline=0.15) for x in np.linspace(-0.8, 1, 12)]
    order = [plain.index(guess_hair(seen, plain, colorless=False) or "") for seen in looks]
    assert order == sorted(order) and len(set(order)) > 3


def test_what_cannot_be_told_is_not_guessed() -> None:
    assert guess_hair(None, STYLES, colorless=False) is None
    assert guess_hair(look(room=0.05), STYLES, colorless=False) is None
    assert guess_hair(look(cover=0.1), STYLES, colorless=True) is None
    assert guess_hair(look(cover=0.1, beside=0.4), STYLES, colorless=False) is None
    assert guess_hair(look(), [], colorless=False) is None


def test_the_monk_scale_names_its_own_tones() -> None:
    assert [monk_tone(tone) for tone in MONK_TONES] == list(range(1, 11))
    assert monk_tone("#d2a184") in (5, 6)


def test_a_bald_head_in_black_and_white_is_bald_and_light_hair_is_left_open() -> None:
    bare = look(cover=0.1, volume=0.02, room=0.32, crown=0.0)
    assert guess_hair(bare, STYLES, colorless=True) == "bald"
    assert guess_hair(replace(bare, cover=0.5, crown=0.4, hairline=0.2), STYLES, colorless=True) == "receding"
    assert guess_hair(look(cover=0.1, volume=0.02, room=0.6), STYLES, colorless=True) is None


def test_hair_is_found_without_its_colour(landmarks: FaceLandmarks) -> None:
    grey = np.repeat(landmarks.photo.pixels.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    found = read_hair_look(replace(landmarks, photo=Photo(grey)))
    assert found is not None and found.cover > 0.5


def test_hair_under_a_hat_is_not_guessed() -> None:
    hatted = replace(look(cover=0.95, volume=0.9), color=None)
    assert hatted.covered and not look(cover=0.95).covered
    assert guess_hair(hatted, STYLES, colorless=False) is None
    assert look(cover=1.0, wrapped=True).covered


def scarfed(landmarks: FaceLandmarks) -> FaceLandmarks:
    points, pixels = landmarks.points_px, landmarks.photo.pixels.copy()
    face = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(face, [np.round(points[list(face_regions.OVAL)]).astype(np.int32)], (1,))
    middle, height = 0.5 * (points[10] + points[152]), float(np.linalg.norm(points[10] - points[152]))
    around = cv2.ellipse(np.zeros_like(face), (middle, (1.3 * height, 1.8 * height), 0.0), (1,), -1)
    pixels[(around > 0) & (face == 0)] = (60, 40, 28)
    return replace(landmarks, photo=Photo(pixels))


def behind_dark_glasses(landmarks: FaceLandmarks) -> FaceLandmarks:
    points, pixels = landmarks.points_px, landmarks.photo.pixels.copy()
    apart = float(np.linalg.norm(points[33] - points[263]))
    for corners in ((33, 133), (362, 263)):
        lens = (points[list(corners)].mean(axis=0), (0.5 * apart, 0.26 * apart), 0.0)
        cv2.ellipse(pixels, lens, (14, 14, 14), -1)
    bridge = np.round(points[[133, 362]]).astype(int)
    cv2.line(pixels, bridge[0].tolist(), bridge[1].tolist(), (14, 14, 14), max(round(0.05 * apart), 1))
    return replace(landmarks, photo=Photo(pixels))


def test_a_scarf_of_a_hairs_colour_that_closes_under_the_chin_is_no_hair(landmarks: FaceLandmarks) -> None:
    found, bare = read_hair_look(scarfed(landmarks)), read_hair_look(landmarks)
    assert found is not None and found.covered
    assert bare is not None and not bare.covered


@pytest.mark.parametrize("fringe", [False, True])
def test_a_dark_scarf_that_leaves_the_chin_free_is_told_from_hair_by_a_forehead_without_fringe(
    landmarks: FaceLandmarks, fringe: bool
) -> None:
    scarf = scarfed(landmarks)
    points, pixels = scarf.points_px, scarf.photo.pixels.copy()
    skin, width = pixels[tuple(points[280, ::-1].astype(int))].tolist(), landmarks.face_width_px
    neck = np.zeros(pixels.shape[:2], np.uint8)
    cv2.circle(neck, np.round(points[152]).astype(int).tolist(), int(0.3 * width), (1,), -1)
    oval = cv2.fillPoly(np.zeros_like(neck), [np.round(points[list(face_regions.OVAL)]).astype(np.int32)], (1,))
    pixels[(neck > 0) & (oval == 0)] = skin
    if fringe:
        top = np.round(0.5 * (points[10] + points[9])).astype(int).tolist()
        cv2.circle(pixels, top, int(0.3 * width), (60, 40, 28), -1)
    found = read_hair_look(replace(scarf, photo=Photo(pixels)))
    assert found is not None and found.covered is not fringe


def test_what_hides_hair_or_eyes_is_noted_once(landmarks: FaceLandmarks) -> None:
    plain, scarf, glasses = (fit_face(each) for each in (landmarks, scarfed(landmarks), behind_dark_glasses(landmarks)))
    assert not [note for note in plain.notes if "is covered" in note or "are dark" in note]
    assert [note for note in scarf.notes if "hair" in note] == ["the head is covered: the hair is assumed"]
    assert [note for note in glasses.notes if "eyes" in note] == ["the glasses are dark: eyes and brows are assumed"]


@pytest.mark.parametrize("cheeks", [False, True])
def test_hair_beside_free_cheeks_is_tied_and_hair_over_them_is_not(
    landmarks: FaceLandmarks, cheeks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hair_look, "person_mask", lambda picture: np.ones(picture.shape[:2], np.float32))
    points, pixels = landmarks.points_px, landmarks.photo.pixels.copy()
    height = float(np.linalg.norm(points[10] - points[152]))
    inner, outer = (points[454, 0] + share * height for share in ((0.0 if cheeks else 0.2), 0.55))
    rows = slice(int(points[10, 1] - 0.2 * height), int(points[152, 1]))
    skin = pixels[tuple(points[280, ::-1].astype(int))]
    for edge in points[[234, 454], 0]:
        pixels[int(points[9, 1]) : rows.stop, int(edge - 0.16 * height) : int(edge + 0.16 * height)] = skin
    pixels[rows, int(inner) : int(outer)] = (100, 80, 45)
    found = read_hair_look(replace(landmarks, photo=Photo(pixels)))
    assert found is not None and found.tied is not cheeks


@pytest.mark.parametrize("hair", [(0.93, 0.93, 0.95), (0.25, 0.18, 0.12)], ids=["white", "brown"])
@pytest.mark.parametrize(
    ("outlines", "beard"),
    [
        ((), "none"),
        ((MOUSTACHE,), "moustache"),
        ((MOUSTACHE, CHIN_BEARD), "goatee"),
        ((MOUSTACHE, CHIN_BEARD, RIGHT_JAW, LEFT_JAW), "full"),
    ],
)
def test_beards_are_seen_whether_darker_or_paler_than_the_skin(
    landmarks: FaceLandmarks, hair: tuple[float, ...], outlines: tuple[tuple[int, ...], ...], beard: str
) -> None:
    tone = np.array([0.8, 0.6, 0.5])
    colors = np.tile(tone, (len(face_regions.lips()), 1))
    colors[face_regions.lips() > 0.5] = (0.7, 0.4, 0.38)
    for outline in outlines:
        colors[face_regions.polygon(outline) > 0.3] = hair
    assert read_face_wear(landmarks, colors, np.ones(len(colors)), tone).beard == beard


def test_eyes_behind_dark_lenses_are_dark_and_open_eyes_are_not(landmarks: FaceLandmarks) -> None:
    pixels, points = landmarks.photo.pixels.copy(), landmarks.points_px
    for corners in ((33, 133), (362, 263)):
        (left, right), middle = sorted(points[list(corners), 0]), points[list(corners)].mean(axis=0)
        half = 0.8 * (right - left)
        low, high = (middle - half).astype(int), (middle + half).astype(int)
        pixels[low[1] : high[1], low[0] : high[0]] = 18
    covered = replace(landmarks, photo=Photo(pixels))
    hidden, seen = eyes_luminance(covered), eyes_luminance(landmarks)
    assert hidden is not None and hidden < 0.05
    assert seen is not None and seen > 0.2
    tone = np.array([0.8, 0.6, 0.5])
    colors = np.tile(tone, (len(face_regions.lips()), 1))
    assert read_face_wear(covered, colors, np.ones(len(colors)), tone).dark_glasses  # although no bridge joins them
    assert not read_face_wear(landmarks, colors, np.ones(len(colors)), tone).glasses


def test_painted_cheeks_are_not_taken_for_coloured_light(landmarks: FaceLandmarks) -> None:
    pixels, half = landmarks.photo.pixels.copy(), int(0.13 * landmarks.face_width_px)
    for column, row in landmarks.points_px[[50, 280]].astype(int):
        cheek = pixels[row - half : row + half, column - half : column + half]
        cheek[:] = 0.4 * cheek + 0.6 * np.array([215, 60, 90])
    painted = replace(landmarks, photo=Photo(pixels))
    assert photo_light(painted) == pytest.approx(photo_light(landmarks), abs=0.12)


@pytest.mark.parametrize(("grow", "shape"), [(-0.008, "thin"), (-0.004, "natural"), (0.0, "thick")])
def test_brows_are_as_thick_as_their_hair_and_have_its_colour(grow: float, shape: str) -> None:
    tone, hair = np.array([0.8, 0.6, 0.5]), np.array([0.2, 0.12, 0.08])
    colors = np.tile(tone, (len(face_regions.lips()), 1))
    brows = face_regions.polygon(face_regions.RIGHT_BROW, face_regions.LEFT_BROW, grow=grow) > 0.5
    colors[brows] = hair
    found = read_brows(colors, np.ones(len(colors)), tone)
    assert found.shape == shape
    assert found.color == hex_color(hair)


def test_half_a_moustache_is_a_shadow(landmarks: FaceLandmarks) -> None:
    tone = np.array([0.8, 0.6, 0.5])
    colors = np.tile(tone, (len(face_regions.lips()), 1))
    there = np.flatnonzero(face_regions.polygon(MOUSTACHE) > 0.3)
    colors[there[: int(0.7 * len(there))]] = (0.25, 0.18, 0.12)
    assert read_face_wear(landmarks, colors, np.ones(len(colors)), tone).beard == "none"


def behind_a_hand(landmarks: FaceLandmarks) -> FaceLandmarks:
    points, pixels = landmarks.points_px, landmarks.photo.pixels.copy()
    skin = np.median(pixels[tuple(points[[50, 280, 205, 425]].astype(int).T[::-1])], axis=0)
    hand = (0.5 * (points[13] + points[14]), (0.75 * landmarks.face_width_px, 0.4 * landmarks.face_width_px), 0.0)
    cv2.ellipse(pixels, hand, skin.tolist(), -1)
    for k in range(-2, 3):  # between the fingers
        at = np.round(points[13] + [-0.35 * landmarks.face_width_px, 0.08 * k * landmarks.face_width_px]).astype(int)
        cv2.line(pixels, at.tolist(), [int(at[0] + 0.7 * landmarks.face_width_px), int(at[1])], (0.6 * skin).tolist(), 1)
    return replace(landmarks, photo=Photo(pixels))


def test_a_hand_before_the_mouth_is_noted_and_leaves_no_lines_on_the_face(landmarks: FaceLandmarks) -> None:
    hidden, plain = fit_face(behind_a_hand(landmarks)), fit_face(landmarks)
    assert hidden.appearance.wear.mouth_covered and not plain.appearance.wear.mouth_covered
    assert [note for note in hidden.notes if "before the mouth" in note]
    mouth = front_texels().picture((face_regions.lips() > 0.9).astype(np.float32))
    mouth = cv2.resize(mouth, hidden.appearance.alpha.shape, interpolation=cv2.INTER_AREA) > 0.9
    assert hidden.appearance.alpha[mouth].max() < 40 < plain.appearance.alpha[mouth].mean()


def test_a_neighbours_hair_is_left_out_of_colour_and_volume(landmarks: FaceLandmarks) -> None:
    view = hair_look._view_of(landmarks)
    column, top = (int(np.ceil(at)) for at in view.points[hair_look.TOP])  # the first column of the right half, wherever it is
    mine, both = np.zeros((2, *view.face.shape), bool)
    mine[top - 20 : top, column - 20 : column + 20] = True
    both[top - 20 : top, column - 20 : column + 90] = True
    assert (hair_look._own(view, mine) == mine).all()
    assert hair_look._own(view, both)[:, column:].sum() == 0
    assert hair_look._volume(view, mine) < hair_look._volume(view, both) < 1.5 * hair_look._volume(view, mine)


def bearded(hair: tuple[float, ...], *outlines: tuple[int, ...], lips: bool) -> tuple[np.ndarray, np.ndarray]:
    """Colours (N, 3) on the layout's front of a face with hair inside the outlines, over the lips, too; and the skin's."""
    tone = np.array([0.8, 0.6, 0.5])
    colors = np.tile(tone, (len(face_regions.lips()), 1))
    for outline in outlines:
        colors[face_regions.polygon(outline) > 0.3] = hair
    colors[face_regions.lips() > 0.5] = hair if lips else (0.7, 0.4, 0.38)
    return colors, tone


@pytest.mark.parametrize("hair", [(0.93, 0.93, 0.95), (0.6, 0.59, 0.58), (0.2, 0.14, 0.1)], ids=["white", "grey", "dark"])
def test_a_beard_over_the_mouth_is_a_beard_that_hides_the_mouth(landmarks: FaceLandmarks, hair: tuple[float, ...]) -> None:
    for over_lips in (True, False):
        colors, tone = bearded(hair, MOUSTACHE, CHIN_BEARD, RIGHT_JAW, LEFT_JAW, lips=over_lips)
        wear = read_face_wear(landmarks, colors, np.ones(len(colors)), tone)
        assert (wear.beard, wear.mouth_covered) == ("full", over_lips)


def test_a_pale_chin_and_jaw_are_a_beard_however_sparse_its_moustache(landmarks: FaceLandmarks) -> None:
    colors, tone = bearded((0.85, 0.85, 0.87), CHIN_BEARD, RIGHT_JAW, LEFT_JAW, lips=False)
    assert read_face_wear(landmarks, colors, np.ones(len(colors)), tone).beard == "full"
    colors, tone = bearded((0.85, 0.85, 0.87), RIGHT_JAW, LEFT_JAW, lips=False)
    assert read_face_wear(landmarks, colors, np.ones(len(colors)), tone).beard == "none"


@pytest.mark.parametrize("hair", [(0.15, 0.11, 0.08), (0.35, 0.23, 0.15)], ids=["dark", "brown"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_hair_over_one_eye_is_seen_and_is_no_glasses(
    landmarks: FaceLandmarks, side: str, hair: tuple[float, float, float]
) -> None:
    colors, tone = bearded((0.0, 0.0, 0.0), lips=False)
    bare, ones = colors.copy(), np.ones(len(colors))
    half = face_regions.polygon(face_regions.LEFT_HALF if side == "left" else face_regions.RIGHT_HALF) > 0.5
    over = face_regions.behind_glasses() > 0.3
    colors[over & half] = hair
    wear = read_face_wear(landmarks, colors, ones, tone)
    assert wear.covered_eye == side
    assert not wear.glasses
    colors[over] = hair  # both: a mask, or dark glasses
    assert read_face_wear(landmarks, colors, ones, tone).covered_eye is None
    bare[half] = 0.35 * tone  # a deep shadow, in which the eye's white still differs from the cheek
    bare[face_regions.eyes() > 0.3] = tone
    assert read_face_wear(landmarks, bare, ones, tone).covered_eye is None


@pytest.mark.parametrize(("lips", "cheeks", "painted"), [(10, 0, False), (24, 8, False), (40, 0, True), (10, 25, True)])
def test_painted_lips_or_cheeks_are_told_from_bare_ones(
    landmarks: FaceLandmarks, lips: int, cheeks: int, painted: bool
) -> None:
    colors, tone = bearded((0.0, 0.0, 0.0), lips=False)
    skin = to_lab(tone[None])[0]
    colors[face_regions.cheeks() > 0.3] = from_lab((skin + np.array([0, cheeks, 0]))[None])[0]
    colors[face_regions.lips() > 0.5] = from_lab((skin + np.array([-18, lips, -3]))[None])[0]
    assert read_face_wear(landmarks, colors, np.ones(len(colors)), tone).painted is painted


@pytest.mark.parametrize(("grey", "brown"), [(0x20, True), (0x50, True), (0xB0, False), (0xE0, False)])
def test_dark_hair_of_a_black_and_white_photo_is_brown_and_light_hair_grey(grey: int, brown: bool) -> None:
    hair = "#" + 3 * f"{grey:02x}"
    lightness, red, yellow = hex_lab(_natural_hair(hair))
    assert lightness == pytest.approx(hex_lab(hair)[0], abs=1.0)
    assert (yellow > red > 1.0) if brown else (np.hypot(red, yellow) < 1.0)


def test_a_black_and_white_photo_tells_no_hue_of_the_eyes(landmarks: FaceLandmarks) -> None:
    grey = np.repeat(landmarks.photo.pixels.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    fit = fit_face(replace(landmarks, photo=Photo(grey)))
    assert fit.appearance.colorless and not fit.appearance.iris_seen
    assert [note for note in fit.notes if "eyes" in note] == [note for note in fit.notes if "black and white" in note]
