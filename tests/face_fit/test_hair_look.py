"""What a photo shows of hair, beard and glasses, on pictures that are painted to show it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.avatar.hair_guess import guess_hair
from avatarkit.face_fit.hair_look import NO_LENGTH, HairLook, read_hair_look
from avatarkit.face_fit.skin_scale import MONK_TONES, monk_tone
from avatarkit.media.photo import Photo
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.segment_person import person_mask
from avatarkit.tracking.track_face import track_face

STYLES = ["bald", "buzz", "crew", "short", "pixie", "bob", "lob", "long"]


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
    plain: dict[str, float] = {"cover": 0.8, "volume": 0.3, "length": NO_LENGTH, "room": 0.5, "beside": 0.1}
    return HairLook(color="#402010", **{**plain, **values})


@pytest.mark.parametrize(
    ("seen", "style"),
    [
        (look(cover=0.05, volume=0.0), "bald"),
        (look(cover=0.5, volume=0.04), "buzz"),
        (look(volume=0.22), "short"),
        (look(length=-0.1, volume=0.5, cover=0.9), "bob"),
        (look(length=0.9, volume=0.5), "long"),
    ],
)
def test_a_look_becomes_the_style_it_is_nearest_to(seen: HairLook, style: str) -> None:
    assert guess_hair(seen, STYLES, colorless=False) == style


def test_longer_hair_never_becomes_a_shorter_style() -> None:
    looks = [look(length=x, volume=0.5) for x in np.linspace(-0.8, 1, 12)]
    order = [STYLES.index(guess_hair(seen, STYLES, colorless=False) or "") for seen in looks]
    assert order == sorted(order)


def test_what_cannot_be_told_is_not_guessed() -> None:
    assert guess_hair(None, STYLES, colorless=False) is None
    assert guess_hair(look(room=0.05), STYLES, colorless=False) is None
    assert guess_hair(look(cover=0.1), STYLES, colorless=True) is None
    assert guess_hair(look(cover=0.1, beside=0.4), STYLES, colorless=False) is None
    assert guess_hair(look(), [], colorless=False) is None


def test_the_monk_scale_names_its_own_tones() -> None:
    assert [monk_tone(tone) for tone in MONK_TONES] == list(range(1, 11))
    assert monk_tone("#d2a184") in (5, 6)
