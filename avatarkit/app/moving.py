"""From a visitor's video to the motion that their avatar dances on the page, and its files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from avatarkit.app.limits import Limits
from avatarkit.app.making import current
from avatarkit.app.visits import Visit
from avatarkit.avatar.build import build_avatar
from avatarkit.errors import UsageError
from avatarkit.export.files import glb_bytes
from avatarkit.media.read_video import open_video
from avatarkit.motion.estimate import estimate_motion
from avatarkit.motion.human_motion import HumanMotion
from avatarkit.retargeting.retarget import retarget
from avatarkit.rig.load_rig import load_rig
from avatarkit.tracking.track_video import track_video

MOTION_FORMATS = ("glb", "vrma", "bvh")

_SOLVING_SHARE = 0.2
"""Of the whole work's time, solving takes about so much; following the person takes the rest."""

_MOST_HZ = 60.0
"""Of films whose length nobody states, such as a browser's recordings: by it the pictures that are taken are counted."""

_BEAT_S = 0.25
"""Between two reports of progress."""

Progress = Callable[[float], None]


class CancelledError(Exception):
    """The visitor does not want it any more."""


def video_to_motion(video: Path, limits: Limits, progress: Progress, cancelled: threading.Event) -> HumanMotion:
    """The motion in a film.

    Args:
        video: the file.
        limits: how long it may be.
        progress: told the share done, 0..1.
        cancelled: set from outside to end the work.

    Raises:
        InputError: no film, too long a one, or nobody in it.
        CancelledError: as asked.
    """

    def tell(share: float) -> None:
        if cancelled.is_set():
            raise CancelledError
        progress(share)

    def followed(done: int, of: int | None) -> None:
        share = done / of if of and done <= of else None
        if share is None:
            limits.check_video(done / _MOST_HZ)
        tell((1.0 - _SOLVING_SHARE) * (share or 0.0))

    with open_video(video) as reader:
        limits.check_video(reader.duration_s)
        tracked = track_video(reader, progress=followed)
    limits.check_video(tracked.frames[-1].time_s - tracked.frames[0].time_s)
    return estimate_motion(tracked, progress=lambda share: tell(1.0 - _SOLVING_SHARE + _SOLVING_SHARE * share))


def dance(visit: Visit, limits: Limits) -> Iterator[dict[str, Any]]:
    """Work on the video in the visit's folder: progress again and again, then the motion's address, or that it was cancelled.

    Setting `visit.cancelled` ends the work, and so does whoever stops iterating.
    """
    video = visit.upload("video")
    if not video.is_file():
        raise UsageError("The video did not arrive. Choose it again.")
    visit.cancelled = threading.Event()
    news = SimpleQueue[Any]()
    worker = threading.Thread(target=_work, args=(video, limits, visit.cancelled, news), name="dance", daemon=True)
    worker.start()
    try:
        yield from _reports(visit, news)
    except CancelledError:
        yield {"cancelled": True}
    finally:
        visit.cancelled.set()
        worker.join()
        video.unlink(missing_ok=True)


def _work(video: Path, limits: Limits, cancelled: threading.Event, news: SimpleQueue[Any]) -> None:
    try:
        news.put(video_to_motion(video, limits, news.put, cancelled))
    except BaseException as error:
        news.put(error)


def _reports(visit: Visit, news: SimpleQueue[Any]) -> Iterator[dict[str, Any]]:
    share = 0.0
    while True:
        try:
            told = _newest(news)
        except Empty:
            yield {"progress": share}  # a sign of life, and the place where a cancelled event ends
            continue
        if isinstance(told, BaseException):
            raise told
        if isinstance(told, HumanMotion):
            visit.motion = told
            yield danced(visit)
            return
        share = told
        yield {"progress": share}


def _newest(news: SimpleQueue[Any]) -> Any:
    """The latest of what was told within a beat, but never past an end."""
    told = news.get(timeout=_BEAT_S)
    while isinstance(told, float) and not news.empty():
        told = news.get()
    return told


def danced(visit: Visit) -> dict[str, Any]:
    """The motion as the page needs it."""
    motion = _motion(visit)
    path = visit.next_file("dance", ".vrma")
    motion.save(path)
    report = motion.report
    return {
        "progress": 1.0,
        "url": f"/visit/{visit.token}/{path.name}",
        "seconds": float(motion.times_s[-1] - motion.times_s[0]),
        "frames": len(motion.times_s),
        "report": {key: report[key] for key in report if isinstance(report[key], (int, float, str))},
    }


def remembered(visit: Visit) -> dict[str, Any]:
    """The motion that the visitor made before a reload, if there is one."""
    return {} if visit.motion is None else {"dance": danced(visit)}


def motion_file(visit: Visit, kind: object) -> dict[str, Any]:
    """The motion as a file: on the visitor's avatar as GLB, or alone as VRMA or BVH."""
    if kind not in MOTION_FORMATS:
        raise UsageError(f"A motion is written as {', '.join(MOTION_FORMATS)}.")
    path, motion = visit.folder / f"dance.{kind}", _motion(visit)
    if kind == "glb":
        rig = load_rig(glb_bytes(build_avatar(current(visit))), name="avatar.glb")
        retarget(motion, rig).save(path)
    else:
        motion.save(path)
    return {"url": f"/visit/{visit.token}/{path.name}", "name": path.name, "bytes": path.stat().st_size}


def _motion(visit: Visit) -> HumanMotion:
    if visit.motion is None:
        raise UsageError("There is no motion yet: choose a video first.")
    return visit.motion
