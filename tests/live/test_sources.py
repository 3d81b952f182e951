"""Where a session's poses come from: pushed pictures, cameras that come and go, other programs."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import avatarkit as ak
from avatarkit.cli import main
from avatarkit.cli.live import state_line
from avatarkit.errors import MissingError, UsageError
from avatarkit.live import cameras
from avatarkit.live.cameras import MISSES, CameraPictures
from avatarkit.live.idle import FULL_S, idle
from avatarkit.live.pictures import Newest, PushedPictures
from avatarkit.live.shown import shown
from avatarkit.media.photo import Photo
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.person import average_person
from avatarkit.motion.steps import rest_rotations
from avatarkit.stream.channels import Channels
from avatarkit.stream.vmc import VmcPackets
from tests.stream.moments import any_pose, moment_of, plain_pose

GREY = np.full((48, 64, 3), 128, np.uint8)
SOON_S = 0.5


class FakeCamera:
    """What OpenCV gives for a camera: so many pictures, then none."""

    def __init__(self, pictures: int, opened: bool = True) -> None:
        self.left, self.opened, self.released = pictures, opened, False

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def read(self) -> tuple[bool, Any]:
        time.sleep(0.002)
        self.left -= 1
        return self.left >= 0 and not self.released, GREY if self.left >= 0 else None

    def release(self) -> None:
        self.released = True


def opener(*made: FakeCamera) -> Callable[[int], Any]:
    """Opens one camera after another, the last one again and again."""
    waiting = itertools.chain(made, itertools.repeat(made[-1]))
    return lambda _number: next(waiting)


def test_pushed_pictures_become_poses(portrait: Photo) -> None:
    source = PushedPictures()
    pixels = np.ascontiguousarray(portrait.pixels[0:360, 20:440])
    times = []
    with ak.open_live(pictures=source) as session:
        source.push(pixels)
        for pose, _ in zip(session, range(100), strict=False):  # a slow machine has moments without a picture between them
            source.push(pixels)
            times.append(pose.time_s)
            if "face" in session.figures.parts:
                break
        assert session.figures.parts >= {"face"} and session.moment is not None and session.moment.person_seen
    assert times == sorted(set(times))


def test_of_pushed_pictures_only_the_newest_waits() -> None:
    source = PushedPictures()
    for number in range(50):
        source.push(np.full_like(GREY, number))
    assert next(source.pictures()).pixels.max() == 49


def test_without_pictures_a_live_session_stands_at_ease_and_breathes() -> None:
    with ak.open_live(pictures=PushedPictures()) as session:
        times = [pose.time_s for pose, _ in zip(session, range(3), strict=False)]
        assert session.moment is not None and not session.moment.person_seen
    assert np.diff(times).min() > 0.2


@pytest.mark.parametrize("pixels", [np.zeros((4, 4)), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_picture_cannot_be_pushed(pixels: np.ndarray) -> None:
    with pytest.raises(UsageError, match="picture"):
        PushedPictures().push(pixels)


def test_a_paused_session_looks_at_nothing(portrait: Photo) -> None:
    source = PushedPictures()
    with ak.open_live(pictures=source) as session:
        session.paused = True
        source.push(np.ascontiguousarray(portrait.pixels[0:360, 20:440]))
        next(iter(session))
        assert session.figures.parts == frozenset()


def test_a_source_that_falls_silent_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    source = PushedPictures()
    with ak.open_live(pictures=source) as session:
        poses = iter(session)
        source.push(GREY)
        while session.figures.pictures == 0 or not session.moment:
            next(poses)
        assert not session.is_silent and "nobody" in state_line(session, keys=False)
        monkeypatch.setattr("avatarkit.live.session.SILENT_S", SOON_S)
        begun = time.monotonic()
        while time.monotonic() - begun < 2 * SOON_S:
            next(poses)
        assert session.is_silent and "nothing comes" in state_line(session, keys=False)


def test_a_session_that_shall_end_does_so_though_nothing_comes() -> None:
    with ak.open_live(pictures=PushedPictures()) as session:
        threading.Timer(0.1, session.end).start()
        poses = list(session)
    assert not any(pose.came and pose.parts for pose in poses)


def test_a_camera_that_went_away_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "RECONNECT_S", 0.01)
    gone, back = FakeCamera(3), FakeCamera(10_000)
    with Newest(CameraPictures(0, opener(gone, back))) as newest:
        for frame, _ in zip(newest, range(5), strict=False):
            assert frame.pixels.shape == GREY.shape
        assert gone.released
    time.sleep(0.05)
    assert back.released


@pytest.mark.parametrize(
    ("camera", "words"), [(FakeCamera(0, opened=False), "no camera 62"), (FakeCamera(0), "another program")]
)
def test_a_camera_that_gives_nothing_says_why(camera: FakeCamera, words: str) -> None:
    with pytest.raises(MissingError, match=words):
        CameraPictures(62, opener(camera))
    assert camera.released and camera.left == -MISSES


def test_cameras_are_listed_or_there_are_none(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "_numbers", list)
    assert main(["live", "--cameras"]) == 0
    assert "no camera" in capsys.readouterr().out
    one = cameras.CameraListing(2, "Test cam", (cameras.CameraFormat(640, 480, 30.0, "MJPG"),))
    monkeypatch.setattr(cameras, "list_cameras", lambda: [one])
    assert main(["live", "--cameras"]) == 0
    assert capsys.readouterr().out == "2  Test cam: 640x480 at 30 MJPG\n"


def test_breathing_begins_gently_and_stays_small() -> None:
    pose = plain_pose(time_s=1.0)
    assert idle(pose, 0.5) is pose
    turns = [2 * np.arccos(np.clip(idle(plain_pose(t), FULL_S + 1).rotations[:, 3], -1, 1)) for t in np.linspace(0, 20, 200)]
    assert 0.005 < np.max(turns) < 0.06
    assert np.abs(np.diff(turns, axis=0)).max() < 0.01
    blinks = [idle(plain_pose(t), FULL_S + 1).expressions.max() for t in np.linspace(0, 20, 1000)]
    assert max(blinks) > 0.9 and np.mean(np.array(blinks) > 0.1) < 0.1


def test_the_upper_body_alone_leans_without_its_legs() -> None:
    pose, skeleton = any_pose(1), average_person().skeleton
    upper = shown(pose, skeleton, Channels(upper_body=True))
    np.testing.assert_array_equal(upper.root_position, skeleton.rest_positions[BONE["hips"]])
    for bone in ("hips", "leftUpperLeg", "rightFoot"):
        np.testing.assert_array_equal(upper.rotations[BONE[bone]], rest_rotations()[BONE[bone]])
    from avatarkit.motion.kinematics import world_rotations

    for bone in ("chest", "head", "leftHand"):  # turned in the world as before
        ours, theirs = (world_rotations(one.rotations)[BONE[bone]] for one in (upper, pose))
        assert abs(ours @ theirs) == pytest.approx(1.0)


def test_another_programs_motion_is_recorded_and_told_on() -> None:
    poses = [any_pose(seed, time_s=seed / 30) for seed in range(1, 8)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with ak.open_live(receive=f"vmc://127.0.0.1:{port}") as session, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        session.keep()
        for pose in poses:
            for packet in VmcPackets()(moment_of(pose)):
                sender.sendto(packet, ("127.0.0.1", port))
        threading.Timer(0.5, session.end).start()
        assert len(list(session)) == len(poses)
        motion = session.motion
    assert motion is not None
    np.testing.assert_allclose(motion.times_s, np.arange(7) / 30, atol=1e-5)
    same = np.abs((motion.rotations * np.stack([pose.rotations for pose in poses])).sum(axis=-1))
    np.testing.assert_allclose(same, 1.0, atol=1e-6)


def test_a_taken_port_and_two_sources_are_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(UsageError, match="free port"):
            ak.open_live(receive=f"vmc://127.0.0.1:{taken.getsockname()[1]}")
    with pytest.raises(UsageError, match="one source"):
        ak.open_live(0, receive="vmc://127.0.0.1")
    with pytest.raises(UsageError, match="vmc"):
        ak.open_live(receive="vrchat://127.0.0.1")
