"""MediaPipe's body landmarks as they come, in its own streaming mode: what our capture is measured against."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from avatarkit.media.read_video import open_video
from avatarkit.vocabulary.mediapipe_points import POSE_POINTS

_TO_OURS = np.array([1.0, -1.0, -1.0])


def raw_pose(film: Path, kept: Path | None = None) -> tuple[np.ndarray, np.ndarray]:
    """World landmarks (T, 33, 3), metres, +Y up and +Z towards the camera, and (T,) whether somebody was seen.

    Where nobody is seen the last landmarks stay. `kept` is a file that remembers them.
    """
    if kept is not None and kept.is_file():
        with np.load(kept) as content:
            return content["world_m"], content["seen"]
    world_m, seen = _tracked(film)
    if kept is not None:
        np.savez_compressed(kept, world_m=world_m, seen=seen)
    return world_m, seen


def _tracked(film: Path) -> tuple[np.ndarray, np.ndarray]:
    from mediapipe.python.solutions.pose import Pose

    points, seen, last = [], [], np.zeros((len(POSE_POINTS), 3))
    with open_video(film) as reader, Pose(static_image_mode=False, model_complexity=1) as pose:
        for frame in reader:
            found = pose.process(np.ascontiguousarray(frame.pixels)).pose_world_landmarks
            seen.append(found is not None)
            if found is not None:
                last = np.array([(point.x, point.y, point.z) for point in found.landmark]) * _TO_OURS
            points.append(last)
    return np.array(points), np.array(seen)
