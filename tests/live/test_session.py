"""The live session: the newest picture only, the same poses as from a file, clean ends."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import avatarkit as ak
from avatarkit.cli import main
from avatarkit.errors import InputError, MissingError, UsageError
from avatarkit.live.pictures import Newest
from avatarkit.live.seen_pose import SeenPose
from avatarkit.live.session import LiveSession
from avatarkit.media.photo import Photo
from avatarkit.media.video_frame import VideoFrame
from tests.media.films import film, written
from tests.stream.moments import moment_of, plain_pose
from tests.waiting import PATIENCE_S


@pytest.fixture(scope="module")
def talking_head(portrait: Photo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty pictures of the portrait, drifting sideways."""
    pictures = [np.ascontiguousarray(portrait.pixels[0:360, 20 + k : 500 - 60 + k]) for k in range(40)]
    return written(tmp_path_factory.mktemp("films"), film(pictures, options={"crf": "18"}))


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Source:
    """Pictures as quick as they can be made."""

    def __init__(self, count: int, error: Exception | None = None, every_s: float = 0.002) -> None:
        self.count, self.error, self.every_s, self.closed = count, error, every_s, threading.Event()

    def pictures(self) -> Iterator[VideoFrame]:
        for number in range(self.count):
            if self.closed.is_set():
                return
            yield VideoFrame(np.full((4, 4, 3), number % 256, np.uint8), float(number))
            time.sleep(self.every_s)
        if self.error:
            raise self.error

    def close(self) -> None:
        self.closed.set()


def test_a_slow_reader_gets_the_newest_picture_and_old_ones_are_dropped() -> None:
    times = []
    with Newest(Source(100)) as newest:
        for frame in newest:
            times.append(frame.time_s)
            time.sleep(0.02)
        dropped = newest.dropped
    assert times == sorted(times) and times[-1] == 99.0
    assert len(times) + dropped == 100 and dropped > 20


def test_a_slow_source_is_not_gone_between_its_pictures() -> None:
    with Newest(Source(5, every_s=0.4)) as newest:
        came = [frame is not None for frame in newest.or_none(0.1)]
    assert sum(came) == 5
    assert False in came[:-1]  # before its pace is known
    paced = came.index(True, came.index(True) + 1)
    assert all(came[paced : len(came) - came[::-1].index(True)])


def test_an_error_of_the_source_comes_after_its_pictures() -> None:
    with Newest(Source(1, InputError("the cable"))) as newest, pytest.raises(InputError, match="cable"):
        list(newest)


def test_a_session_ends_before_its_pictures_do_when_it_is_left() -> None:
    source = Source(100_000)
    with Newest(source) as newest:
        next(iter(newest))
    assert source.closed.is_set()


def test_a_film_played_live_moves_and_is_sent_and_recorded(talking_head: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(PATIENCE_S)
        where = f"vmc://127.0.0.1:{listener.getsockname()[1]}"
        with ak.open_live(video=talking_head, send=[where]) as session:
            session.keep()
            poses = list(session)
            motion = session.motion
        first = listener.recv(2000)
    assert first.startswith(b"#bundle") and b"/VMC/Ext/OK" in first
    assert motion is not None and len(motion) == len(poses) == session.figures.pictures
    assert session.figures.fps > 0 and session.figures.packets_lost == 0
    assert max(pose.confidence.max() for pose in poses) > 0.3  # which one it is depends on how busy the machine is


class SlowPoses:
    """Three poses of nobody, far apart."""

    paused, dropped, is_calibrating = False, 0, False

    def __iter__(self) -> Iterator[SeenPose]:
        for number in range(3):
            time.sleep(0.05)
            moment = moment_of(plain_pose(time_s=float(number)))
            yield SeenPose(moment.pose, moment.skeleton, frozenset(), time.monotonic(), True)

    def calibrate(self) -> None: ...

    def end(self) -> None: ...

    def close(self) -> None: ...


def test_where_poses_take_longer_than_the_figures_look_back_they_tell_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("avatarkit.live.session.FIGURES_S", 0.01)
    with LiveSession(SlowPoses(), None, ()) as session:
        assert len(list(session)) == 3
    assert 0.0 < session.figures.fps <= 20.0


def test_the_command_records_a_take(talking_head: Path, tmp_path: Path) -> None:
    take = tmp_path / "take.npz"
    assert main(["live", "--video", str(talking_head), "--record", str(take)]) == 0
    assert len(ak.read_motion(take)) > 1


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--video", "none.mp4"], 3, "none.mp4"),
        (["--camera", "60"], 4, "no camera 60"),
        (["--video", "a.mp4", "--camera", "0"], 2, "one source"),
        (["--video", "a.mp4", "--send", "vcm://a"], 2, "vmc"),
        (["--video", "a.mp4", "--height", "170"], 2, "metres"),
        (["--record", "a.txt"], 2, ".npz"),
    ],
)
def test_what_cannot_be_begun_says_why(
    options: list[str], code: int, words: str, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["live", *options]) == code
    assert words in capsys.readouterr().err
    assert not list(empty_folder.iterdir())


def test_the_library_says_the_same() -> None:
    with pytest.raises(MissingError, match="camera 61"):
        ak.open_live(61)
    with pytest.raises(UsageError, match="one source"):
        ak.open_live(0, video="a.mp4")
