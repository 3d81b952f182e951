from __future__ import annotations

import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from avatarkit.errors import NoFaceError, UsageError
from avatarkit.media.photo import Photo
from avatarkit.media.read_photo import read_photo
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.face_mesh_mirror import MIRROR
from avatarkit.tracking.track_face import find_faces, track_face

NOSE_TIP, RIGHT_EAR, LEFT_EAR, FOREHEAD, CHIN = 1, 234, 454, 10, 152


@pytest.fixture(scope="module")
def tracked(portrait: Photo) -> FaceLandmarks:
    return track_face(portrait)


def picture(pixels: np.ndarray) -> Photo:
    return Photo(np.ascontiguousarray(pixels))


def error(found: FaceLandmarks, expected: np.ndarray) -> float:
    """Mean distance in face widths."""
    return float(np.linalg.norm(found.points_px - expected, axis=1).mean() / found.face_width_px)


def test_the_portrait_is_read_as_a_person_would(tracked: FaceLandmarks) -> None:
    assert tracked.faces_found == 1
    assert tracked.confidence > 0.8
    assert tracked.face_width_px == pytest.approx(92, abs=4)
    assert np.abs(tracked.points_px[NOSE_TIP] - (223, 130)).max() < 4
    assert tracked.points_px[FOREHEAD, 1] < tracked.points_px[NOSE_TIP, 1] < tracked.points_px[CHIN, 1]
    assert tracked.points_px[RIGHT_EAR, 0] < tracked.points_px[LEFT_EAR, 0]  # the subject's own right


def test_depth_grows_away_from_the_camera_in_pixels(tracked: FaceLandmarks) -> None:
    ears = tracked.depth_px[[RIGHT_EAR, LEFT_EAR]]
    assert (ears - tracked.depth_px[NOSE_TIP] > 0.3 * tracked.face_width_px).all()
    assert (ears - tracked.depth_px[NOSE_TIP] < 1.2 * tracked.face_width_px).all()


@pytest.mark.parametrize("degrees", [30, 75, 90, 135, 180, 210, 270])
def test_a_rolled_photo_gives_rolled_landmarks(degrees: int, portrait: Photo, tracked: FaceLandmarks) -> None:
    turn = cv2.getRotationMatrix2D((256, 256), degrees, 1)
    turn[:, 2] += 100
    rolled = cv2.warpAffine(portrait.pixels, turn, (712, 712), borderMode=cv2.BORDER_REPLICATE)
    found = track_face(picture(rolled))
    # OpenCV counts from the middle of the first pixel, landmarks from its corner.
    assert error(found, (tracked.points_px - 0.5) @ turn[:, :2].T + turn[:, 2] + 0.5) < 0.007
    assert math.cos(math.radians(found.roll_deg + degrees - tracked.roll_deg)) > math.cos(math.radians(3))
    assert np.abs(found.depth_px - tracked.depth_px).mean() < 0.03 * tracked.face_width_px


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_a_scaled_photo_gives_scaled_landmarks(scale: float, portrait: Photo, tracked: FaceLandmarks) -> None:
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    found = track_face(picture(cv2.resize(portrait.pixels, None, fx=scale, fy=scale, interpolation=kind)))
    assert error(found, tracked.points_px * scale) < 0.01
    assert found.face_width_px == pytest.approx(tracked.face_width_px * scale, rel=0.03)
    assert np.abs(found.depth_px / scale - tracked.depth_px).mean() < 0.03 * tracked.face_width_px


def test_a_mirrored_photo_gives_mirrored_landmarks(portrait: Photo, tracked: FaceLandmarks) -> None:
    found = track_face(picture(portrait.pixels[:, ::-1]))
    assert error(found, (tracked.points_px * [-1, 1] + [512, 0])[MIRROR]) < 0.005


def test_a_moved_photo_gives_moved_landmarks(portrait: Photo, tracked: FaceLandmarks) -> None:
    found = track_face(picture(cv2.copyMakeBorder(portrait.pixels, 37, 0, 101, 0, cv2.BORDER_CONSTANT)))
    assert error(found, tracked.points_px + np.array([101, 37])) < 0.01


def test_a_small_face_in_a_large_photo_is_found(portrait: Photo, tracked: FaceLandmarks) -> None:
    width = 40
    scale = width / tracked.face_width_px
    small = cv2.resize(portrait.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    large = np.full((3000, 4000, 3), (90, 110, 130), np.uint8)
    large[1900 : 1900 + small.shape[0], 2400 : 2400 + small.shape[1]] = small
    assert error(track_face(picture(large)), tracked.points_px * scale + [2400, 1900]) < 0.02


def test_half_a_face_is_found_with_less_confidence(portrait: Photo, tracked: FaceLandmarks) -> None:
    found = track_face(picture(portrait.pixels[40:300, :225]))
    assert found.confidence < tracked.confidence
    assert np.abs(found.points_px[NOSE_TIP] - tracked.points_px[NOSE_TIP] + [0, 40]).max() < 0.15 * tracked.face_width_px


def test_faces_are_numbered_from_the_largest(portrait: Photo, tracked: FaceLandmarks) -> None:
    small = cv2.resize(portrait.pixels, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    both = np.zeros((512, 512 + small.shape[1], 3), np.uint8)
    both[: small.shape[0], : small.shape[1]] = small
    both[:, small.shape[1] :] = portrait.pixels
    largest, second = (track_face(picture(both), face) for face in (1, 2))
    assert (largest.face, largest.faces_found, second.face, second.faces_found) == (1, 2, 2, 2)
    assert error(largest, tracked.points_px + np.array([small.shape[1], 0])) < 0.02
    assert error(second, tracked.points_px * 0.7) < 0.02
    with pytest.raises(UsageError, match="2 faces"):
        track_face(picture(both), 3)
    with pytest.raises(UsageError, match="from 1"):
        track_face(picture(both), 0)


def test_a_photo_without_a_face_is_refused_with_advice() -> None:
    random = np.random.default_rng(0)
    blobs = cv2.resize(random.integers(0, 256, (15, 20, 3), dtype=np.uint8), (640, 480), interpolation=cv2.INTER_CUBIC)
    for pixels in (
        np.zeros((300, 400, 3), np.uint8),
        random.integers(0, 256, (300, 400, 3), dtype=np.uint8),
        blobs,
        np.full((16, 3000, 3), 200, np.uint8),
        np.full((1, 1, 3), 200, np.uint8),
    ):
        with pytest.raises(NoFaceError, match="look"):
            track_face(picture(pixels))


def test_threads_get_what_one_caller_gets(portrait: Photo, tracked: FaceLandmarks) -> None:
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(track_face, [portrait] * 8):
            assert (found.points_px == tracked.points_px).all()


QUIET = """
import os, sys
from skimage import data
from avatarkit.media.photo import Photo
photo = Photo(data.astronaut())
def watch(event, arguments):
    assert not event.startswith("socket."), event
    if event == "open" and isinstance(arguments[2], int):
        assert not arguments[2] & (os.O_WRONLY | os.O_RDWR) or arguments[0] == os.devnull, arguments
    assert event not in ("os.mkdir", "os.rename", "subprocess.Popen", "os.system"), (event, arguments)
watching = True
sys.addaudithook(lambda event, arguments: watching and watch(event, arguments))
from avatarkit.tracking.track_face import track_face
track_face(photo)
watching = False
unwanted = {"matplotlib", "jax", "sounddevice"} & set(sys.modules)
assert not unwanted, unwanted
print("heard", file=sys.stderr)
import mediapipe
assert mediapipe.solutions.drawing_utils.plt.figure  # a program's own use of MediaPipe is whole
"""


def test_tracking_is_silent_offline_and_writes_nothing(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    home.mkdir()
    other.mkdir()
    environment = {
        **os.environ,
        "HOME": str(home),
        "TMPDIR": str(home),
        "MPLCONFIGDIR": str(other),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-c", QUIET]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=home, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout == ""
    assert [line for line in run.stderr.splitlines() if "font cache" not in line] == ["heard"]
    assert list(home.iterdir()) == []


SEVERAL = {
    "azure_couple_beach_asian.jpg": 2,
    "azure_couple_older.jpg": 2,
    "azure_group_greyscale.jpg": 4,
    "azure_several_restaurant.jpg": 3,
    "fr_two_men.jpg": 2,
}


@pytest.mark.shared_media
def test_every_usable_face_of_the_shared_photos_is_found_and_nothing_else(shared_media: Path) -> None:
    for path in sorted((shared_media / "faces").iterdir()):
        nobody = "noface" in path.name or "skateboarder" in path.name  # he looks at the ground
        assert len(find_faces(read_photo(path))) == (0 if nobody else SEVERAL.get(path.name, 1)), path.name


@pytest.mark.shared_media
def test_the_same_face_is_read_from_each_orientation_tag(shared_media: Path) -> None:
    readings = [track_face(read_photo(shared_media / "faces" / f"pillow_hopper_exif{tag}.jpg")) for tag in (3, 6, 8)]
    for reading in readings[1:]:
        assert error(reading, readings[0].points_px) < 0.01
