"""Every usable photo of the shared media becomes a file that others accept."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.make_recipe import make_recipe
from avatarkit.errors import NoFaceError
from avatarkit.export.files import save_avatar
from avatarkit.face_fit.fit import fit_face
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.gltf.writing import document_to_glb
from avatarkit.media.read_photo import read_photo
from avatarkit.tracking.track_face import track_face
from benchmarks.media import FACES, NOBODY
from tests.judges import assert_khronos_clean, three_vrm_report

pytestmark = pytest.mark.shared_media

PHOTOS = sorted({face.file for face in FACES})
MOST_BYTES = 8_000_000


@dataclass(frozen=True)
class Made:
    """What became of one photo: its file, a .vrm of every other one and a .glb of the rest, and the fit's figures."""

    photo: str
    path: Path
    sliders: tuple[tuple[str, float], ...]
    error: float
    yaw_pitch_deg: tuple[float, float]


@pytest.fixture(scope="module")
def made(shared_media: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Made]:
    """The avatar of the largest face of each usable photo, by two processes."""
    photos = [shared_media / "faces" / name for name in PHOTOS]
    folder = tmp_path_factory.mktemp("avatars")
    files = [folder / f"{photo.name}{('.vrm', '.glb')[number % 2]}" for number, photo in enumerate(photos)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_made, photos, files))


def _made(photo: Path, path: Path) -> Made:
    fit = fit_face(track_face(read_photo(photo)))
    save_avatar(build_avatar(make_recipe(fit)), path)
    return Made(photo.name, path, tuple(fit.sliders.items()), fit.error, fit.camera.yaw_pitch_roll_deg[:2])


@pytest.mark.node
def test_the_khronos_validator_has_nothing_to_say_about_any_file(made: list[Made]):
    assert_khronos_clean(*(one.path for one in made))


def test_each_file_read_and_written_again_is_the_same(made: list[Made]):
    for one in made:
        content = one.path.read_bytes()
        assert document_to_glb(document_from_bytes(content)) == content, one.photo


def test_no_file_is_larger_than_promised(made: list[Made]):
    sizes = {one.path.name: one.path.stat().st_size for one in made}
    assert max(sizes.values()) <= MOST_BYTES, sizes


def test_every_near_frontal_face_is_explained_within_two_percent_of_the_eyes_distance(made: list[Made]):
    for one in made:
        if np.abs(one.yaw_pitch_deg).max() < 20:
            assert one.error <= 0.02, one.photo


def test_different_photos_give_different_faces(made: list[Made]):
    assert len({one.sliders for one in made}) > len(made) - 2  # one photo is there in two formats


@pytest.mark.parametrize("name", NOBODY)
def test_where_nobody_is_nothing_is_made(name: str, shared_media: Path):
    with pytest.raises(NoFaceError):
        track_face(read_photo(shared_media / "faces" / name))


@pytest.mark.browser
@pytest.mark.node
def test_three_vrm_opens_a_face_and_makes_it_smile(made: list[Made], tmp_path: Path):
    vrm = next(one.path for one in made if one.path.suffix == ".vrm")
    report = three_vrm_report(vrm, expression="happy", screenshots_dir=tmp_path, size=(200, 200))
    assert {"hips", "head", "leftEye", "rightEye", "leftHand"} <= set(report.human_bones)
    assert {"happy", "blink", "aa", "jawOpen", "mouthSmileLeft"} <= set(report.expressions)
    assert not report.problems
    before, after = (np.asarray(Image.open(path).convert("RGB"), int) for path in (report.neutral, report.expressive))
    changed = np.abs(before - after).max(axis=2) > 24
    assert 0.002 < changed.mean() < 0.3
