"""A person through a film: found, followed, left and right, alone or in company, and nobody at all."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import Future
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from avatarkit.errors import InputError, NoPersonError, UsageError
from avatarkit.media.photo import Photo
from avatarkit.media.read_video import open_video
from avatarkit.media.video_frame import VideoFrame
from avatarkit.tracking.film_cuts import glimpse_of
from avatarkit.tracking.read_body import MIRROR as BODY_MIRROR
from avatarkit.tracking.square_crop import PhotoPyramid
from avatarkit.tracking.track_person import PersonTracker, _followed_face, _Look
from avatarkit.tracking.track_video import track_video
from avatarkit.tracking.tracked_frame import TrackedFrame
from avatarkit.vocabulary.mediapipe_points import POSE
from tests.media.films import film, written

SIZE = (320, 240)
HEIGHT = 0.12
"""Of the astronaut's shoulders in her own picture: how far landmarks may differ between a film and its mirror image."""


@pytest.fixture(scope="module")
def talking_head(portrait: Photo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures of the portrait, drifting sideways."""
    pictures = [np.ascontiguousarray(portrait.pixels[0:360, 20 + 2 * k : 500 - 28 + 2 * k]) for k in range(12)]
    return written(tmp_path_factory.mktemp("films"), film(pictures, options={"crf": "18"}))


@cache
def pictures_of(path: Path, first: int = 0, last: int | None = None) -> tuple[VideoFrame, ...]:
    with open_video(path) as reader:
        return tuple(reader)[first:last]


def tracked(frames: tuple[VideoFrame, ...]) -> list[TrackedFrame]:
    with PersonTracker() as tracker:
        return [tracker.track(frame) for frame in frames]


def mirrored(frames: tuple[VideoFrame, ...]) -> tuple[VideoFrame, ...]:
    return tuple(VideoFrame(np.ascontiguousarray(frame.pixels[:, ::-1]), frame.time_s) for frame in frames)


def assert_same(a: TrackedFrame, b: TrackedFrame) -> None:
    assert (a.time_s, a.size_px) == (b.time_s, b.size_px)
    for name in ("body", "left_hand", "right_hand", "face"):
        one, other = getattr(a, name), getattr(b, name)
        assert (one is None) == (other is None), name
        if one is not None:
            np.testing.assert_array_equal(one.points_px, other.points_px)


def test_a_talking_head_gives_a_face_and_a_body_without_legs(talking_head: Path) -> None:
    video = track_video(talking_head)
    assert len(video.frames) == 12
    assert all(frame.face is not None for frame in video.frames)
    last = video.frames[-1]
    assert last.body is not None
    assert last.body.visibility[25:].max() < 0.5


def test_live_equals_offline(talking_head: Path) -> None:
    for live, offline in zip(tracked(pictures_of(talking_head)), track_video(talking_head).frames, strict=True):
        assert_same(live, offline)


def test_two_trackers_do_not_know_of_each_other(talking_head: Path) -> None:
    frames = pictures_of(talking_head)
    other = mirrored(frames)
    alone, other_alone = tracked(frames), tracked(other)
    with PersonTracker() as first, PersonTracker() as second:
        for k, (frame, mirror) in enumerate(zip(frames, other, strict=True)):
            assert_same(first.track(frame), alone[k])
            assert_same(second.track(mirror), other_alone[k])


def test_memory_is_a_value(talking_head: Path) -> None:
    frames = pictures_of(talking_head)
    whole = tracked(frames)
    with PersonTracker() as first, PersonTracker() as second:
        for frame in frames[:6]:
            first.track(frame)
        second.memory = first.memory
        for frame, expected in zip(frames[6:], whole[6:], strict=True):
            assert_same(second.track(frame), expected)


def test_pictures_out_of_order_are_refused(talking_head: Path) -> None:
    frame = pictures_of(talking_head)[0]
    with PersonTracker() as tracker:
        tracker.track(frame)
        with pytest.raises(UsageError, match="order"):
            tracker.track(frame)


def test_nobody_is_an_error_with_advice(tmp_path: Path) -> None:
    slope = np.broadcast_to(np.linspace(30, 220, SIZE[0])[None, :, None], (SIZE[1], SIZE[0], 3)).astype(np.uint8)
    with pytest.raises(NoPersonError, match="Film one person"):
        track_video(written(tmp_path, film([slope] * 5)))


def test_people_are_numbered_from_one(talking_head: Path) -> None:
    with pytest.raises(UsageError, match="numbered from 1"):
        track_video(talking_head, person=0)
    with pytest.raises(UsageError, match="no person 3"):
        track_video(talking_head, person=3)


def test_one_picture_is_enough(portrait: Photo, tmp_path: Path) -> None:
    video = track_video(written(tmp_path, film([portrait.pixels[:400]])))
    assert video.frames[0].face is not None


def test_a_person_is_found_again_after_a_cut(portrait: Photo, tmp_path: Path) -> None:
    near = np.ascontiguousarray(portrait.pixels[0:360, 0:480])
    far = np.full_like(near, 90)
    far[160:340, 20:260] = near[0:360:2, 0:480:2]
    video = track_video(written(tmp_path, film([near] * 3 + [far] * 3)))
    faces = [frame.face for frame in video.frames]
    assert all(face is not None for face in faces)
    before, after = (np.ptp(face.points_px, axis=0).max() for face in (faces[2], faces[3]) if face is not None)
    assert 1.7 < before / after < 2.3


def test_the_reader_stays_its_owners(talking_head: Path) -> None:
    with open_video(talking_head) as reader:
        assert len(track_video(reader).frames) == 12
        assert list(reader) == []


def test_progress_is_told(talking_head: Path) -> None:
    told: list[tuple[int, int | None]] = []
    track_video(talking_head, progress=lambda done, of: told.append((done, of)))
    assert told == [(k, 12) for k in range(1, 13)]


def test_no_connection_is_tried(talking_head: Path) -> None:
    code = (
        "import sys\n"
        "sys.addaudithook(lambda e, a: sys.exit(e) if e.startswith('socket.') and e != 'socket.gethostname' else None)\n"
        "from avatarkit.tracking.track_video import track_video; track_video(sys.argv[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, talking_head], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.shared_media
def test_a_mirrored_film_gives_the_mirrored_person_with_left_and_right_exchanged(shared_media: Path) -> None:
    frames = pictures_of(shared_media / "video" / "asl_bird.mkv", 15, 40)
    plain, mirror = tracked(frames), tracked(mirrored(frames))
    width = frames[0].pixels.shape[1]
    shoulders = np.median([np.linalg.norm(f.body.points_px[11] - f.body.points_px[12]) for f in plain if f.body])
    apart: dict[str, list[float]] = {"body": [], "hand": []}
    for a, b in zip(plain, mirror, strict=True):
        assert a.body is not None and b.body is not None
        flipped = [width, 0] + b.body.points_px[BODY_MIRROR] * [-1, 1]
        apart["body"].append(np.linalg.norm(flipped - a.body.points_px, axis=1)[11:17].mean())
        for one, other in ((a.left_hand, b.right_hand), (a.right_hand, b.left_hand)):
            if one is not None and other is not None:
                apart["hand"].append(np.linalg.norm([width, 0] + other.points_px * [-1, 1] - one.points_px, axis=1).mean())
    assert len(apart["hand"]) > len(frames)  # most pictures show both
    assert np.median(apart["body"]) < HEIGHT * shoulders
    assert np.median(apart["hand"]) < HEIGHT * shoulders


@pytest.mark.shared_media
def test_a_body_is_read_at_once_as_it_is_read_a_moment_later(shared_media: Path) -> None:
    first, *_, later = tracked(pictures_of(shared_media / "video" / "intel_classroom.gif", 0, 10))  # he sits and hardly moves
    assert first.body is not None
    assert later.body is not None
    limbs = [[POSE[side + joint] for joint in ("Shoulder", "Hip")] for side in ("left", "right")]
    shoulders = np.linalg.norm(later.body.points_px[limbs[0][0]] - later.body.points_px[limbs[1][0]])
    apart = np.linalg.norm(first.body.points_px[limbs] - later.body.points_px[limbs], axis=-1)
    assert apart.max() < 0.3 * shoulders


@pytest.mark.shared_media
def test_the_signing_hand_is_his_right_one(shared_media: Path) -> None:
    """In the clip the man lifts the hand that is on the picture's left: his right one."""
    frames = tracked(pictures_of(shared_media / "video" / "asl_bird.mkv", 25, 35))
    for frame in frames:
        assert frame.body is not None
        assert frame.body.world_m[11, 0] > frame.body.world_m[12, 0]  # +X is the subject's left for one who faces the camera
        assert frame.body.world_m[0, 1] > frame.body.world_m[23, 1]
        assert frame.body.world_m[0, 2] > 0
    wrists = [f.right_hand.points_px[0] for f in frames if f.right_hand]
    assert len(wrists) > len(frames) / 2


@pytest.mark.shared_media
def test_hands_have_the_size_of_hands(shared_media: Path) -> None:
    frames = tracked(pictures_of(shared_media / "video" / "asl_bird.mkv", 20, 40))
    lengths = [
        np.linalg.norm(np.diff(hand.world_m[[0, 9, 10, 11, 12]], axis=0), axis=1).sum()
        for frame in frames
        for hand in (frame.left_hand, frame.right_hand)
        if hand is not None
    ]
    assert 0.13 < np.median(lengths) < 0.23


def test_a_film_read_ahead_gives_what_its_pictures_give_one_by_one(talking_head: Path) -> None:
    frames = pictures_of(talking_head)
    with PersonTracker() as tracker:
        ahead = list(tracker.track_all(frames))
        left = tracker.memory
    for one, other in zip(ahead, tracked(frames), strict=True):
        assert_same(one, other)
    with PersonTracker() as tracker, pytest.raises(UsageError, match="order"):
        tracker.memory = left
        list(tracker.track_all(frames))


def test_a_film_of_hours_is_refused_before_the_work_and_one_that_hides_its_length_is_followed_as_far_as_it_goes(
    talking_head: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["avatarkit.tracking.track_video"]
    monkeypatch.setattr(module, "MOST_PICTURES", 4)
    with pytest.raises(InputError, match=r"has 12 pictures; up to 4 .* Cut it into parts"):
        track_video(talking_head, progress=lambda *_: pytest.fail("it was followed"))
    with open_video(talking_head) as reader:
        reader.frame_count = None
        video = track_video(reader)
    assert len(video.frames) == 4 and any("first 4 pictures" in note for note in video.notes)


def test_faces_read_beside_their_bodies_are_those_read_after_them(talking_head: Path, portrait: Photo) -> None:
    """Also where nobody is seen, behind a cut, and where another face must be found."""
    frames = pictures_of(talking_head)
    nobody, small = np.zeros_like(frames[0].pixels), np.zeros_like(frames[0].pixels)
    shown = np.ascontiguousarray(portrait.pixels[0:480:3, 0:450:3])
    small[-160:, -150:] = shown
    scenes = [
        *(frame.pixels for frame in frames[:5]),
        nobody,
        nobody,
        *[small] * 6,
        *(frame.pixels for frame in frames[:3]),
    ]
    film = [VideoFrame(pixels, 0.5 * number) for number, pixels in enumerate(scenes)]
    with PersonTracker(hands=False) as after, PersonTracker(hands=False, quick=True) as beside:
        expected = [after.track(frame) for frame in film]
        read = [beside.begin(seen) for seen in beside.bodies(film) if seen is not None and seen.face is not None]
        faces = [coming.face for coming in read]
    assert [face is None for face in faces] == [frame.face is None for frame in expected]
    assert sum(face is None for face in faces) >= 2 and sum(face is not None for face in faces) > len(film) // 2
    for face, frame in zip(faces, expected, strict=True):
        if face is not None and frame.face is not None:
            np.testing.assert_array_equal(face.points_px, frame.face.points_px)


def test_a_face_read_beside_its_body_is_not_followed_through_a_cut(portrait: Photo) -> None:
    pyramid, before = PhotoPyramid(portrait.pixels[:480, :450]), Future()
    with PersonTracker(hands=False) as tracker:
        tracker.track(VideoFrame(np.ascontiguousarray(portrait.pixels[:480, :450]), 0.0))
        before.set_result((tracker.memory.face, None))
        assert tracker.memory.face.square is not None
        for cut in (False, True):
            look = _Look(0.1, pyramid, glimpse_of(pyramid), cut)
            _, face = _followed_face(look, before, tracker._graphs.face)
            assert (face is None) == cut
