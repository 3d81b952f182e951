"""Which heels and balls of feet stand: they are low, and the picture shows them at rest.

A foot's path in space is told by every joint above it and by the guessed depth; its picture is measured. What stands hardly
moves in the picture of a camera that stands.
"""

from __future__ import annotations

import numpy as np

from avatarkit.motion.feet import runs
from avatarkit.motion.smooth import smooth
from avatarkit.tracking.tracked_frame import TrackedVideo
from avatarkit.vocabulary.mediapipe_points import POSE

SOLE_LANDMARKS = np.array([[POSE[side + point] for point in ("Heel", "FootIndex")] for side in ("left", "right")])
"""Left and right foot; the landmarks of heel and ball."""

PICTURE_CUTOFF_HZ = 7.0
"""The fastest movement of a landmark in the picture that is no noise."""

DEPTH_CUTOFF_HZ = 1.0
"""The same of a body's distance, by which a picture's movement is told in metres."""

STILL_SPEED = 0.45
"""Metres per second, across the picture, at which a point on the floor is as likely to stand as to move. This and the next
three are a logistic fit to the true contacts of rendered clips."""

LEAST_SPEED = 0.03
"""Slower than this nothing is seen to move."""

PER_SPEED = 2.25
"""By how much the logarithm of the odds that a point stands falls when the logarithm of its speed rises by one."""

PER_HEIGHT_M = 25.0
"""By how much it falls per metre over the floor."""

LOWEST_M = -0.03
"""Nothing stands more surely for being seen deeper below the floor: there the floor is mistaken."""

PER_TILT_M = 10.0
"""By how much it falls per metre over the foot's other end: how feet are tilted is seen worst."""

SWITCH_S = 0.06
"""Contacts begin and end only if this long, or longer where it is less clear, speaks for it."""


STEP_S = 0.2
"""A foot that is set down anew is off the floor at least so long."""

LEAST_SHARE = 0.2
"""Of a turn that is left for either side of a step: feet rest neither at its very beginning nor at its very end."""

RESTING_SPEED = 0.3
"""Metres per second, across the picture: a foot of which neither heel nor ball is faster is not being set down anew, however
its heading, which is told by depth, seems to turn."""

MOST_TURN_RAD = np.radians(45.0)
"""Further a foot does not turn about its place: it steps."""


def sole_landmarks(video: TrackedVideo) -> np.ndarray:
    """(T, 2, 2, 2) pixels of heel and ball of both feet; where no body is seen on the straight way between those that are."""
    seen = [number for number, frame in enumerate(video.frames) if frame.body is not None]
    points = np.array([frame.body.points_px[SOLE_LANDMARKS] for frame in video.frames if frame.body is not None])
    if not seen:
        return np.zeros((len(video.frames), *SOLE_LANDMARKS.shape, 2))
    times = np.array([frame.time_s for frame in video.frames])
    columns = [np.interp(times, times[seen], column) for column in points.reshape(len(seen), -1).T]
    return np.stack(columns, axis=-1).reshape(len(times), *SOLE_LANDMARKS.shape, 2)


def picture_speeds(times_s: np.ndarray, points_px: np.ndarray, distances_m: np.ndarray, focal_px: float) -> np.ndarray:
    """How fast points move across the picture.

    Args:
        times_s: (T,).
        points_px: (T, 2, 2, 2).
        distances_m: (T,) of the body from the camera, along its axis.
        focal_px: the camera's.

    Returns:
        (T, 2, 2) metres per second.
    """
    if len(times_s) == 1:
        return np.zeros(points_px.shape[:-1])
    sure = np.ones(len(times_s))
    moves = np.gradient(smooth(times_s, points_px, sure, PICTURE_CUTOFF_HZ), times_s, axis=0)
    metres_per_px = smooth(times_s, distances_m, sure, DEPTH_CUTOFF_HZ) / focal_px
    return np.linalg.norm(moves, axis=-1) * np.maximum(metres_per_px, 0.0)[:, None, None]


def sole_contacts(times_s: np.ndarray, speeds: np.ndarray, soles: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Which points of the soles stand: the likeliest sequence of two states that do not change for a trifle.

    Args:
        times_s: (T,).
        speeds: (T, 2, 2) of heel and ball of both feet, metres per second.
        soles: (T, 2, 2, 3) where they are, the floor at y = 0, metres.
        hidden: (T,) at which moments legs are out of the picture and stand.

    Returns:
        (T, 2, 2) bool.
    """
    odds = _odds(speeds, soles[..., 1])
    steps = np.gradient(times_s) if len(times_s) > 1 else np.ones(1)
    stands = likeliest_states(odds.reshape(len(odds), -1) * steps[:, None], SWITCH_S).reshape(odds.shape)
    ways, moves = soles[:, :, 1] - soles[:, :, 0], speeds.max(axis=2) > RESTING_SPEED
    headings = np.unwrap(np.arctan2(ways[..., 0], ways[..., 2]), axis=0)
    for foot in range(2):
        for start, end in runs(stands[:, foot].any(axis=1)):
            part = slice(start, end)
            for moment in _steps_within(times_s[part], headings[part, foot], odds[part, foot].sum(axis=1), moves[part, foot]):
                stands[np.abs(times_s - times_s[start + moment]) < STEP_S / 2, foot] = False
    return stands | hidden[:, None, None]


def _odds(speeds: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """(T, 2, 2) logarithm of the odds that points stand that have such speeds and heights (T, 2, 2)."""
    lower = heights.min(axis=2, keepdims=True)
    slow = PER_SPEED * np.log(STILL_SPEED / np.maximum(speeds, LEAST_SPEED))
    return np.asarray(slow - PER_HEIGHT_M * np.maximum(lower, LOWEST_M) - PER_TILT_M * (heights - lower))


def _steps_within(times_s: np.ndarray, heading: np.ndarray, odds: np.ndarray, moves: np.ndarray) -> list[int]:
    """Moments at which a foot that is said to stand all the time (T,) must have been set down anew: where it is likeliest, and
    so often that none of its stances turns further than feet do; only where it `moves` (T,) in the picture."""
    steps, parts = [], [(0, len(times_s))]
    while parts:
        start, end = parts.pop()
        own, turned = heading[start:end], np.ptp(heading[start:end])
        past_ends = np.minimum(times_s[start:end] - times_s[start], times_s[end - 1] - times_s[start:end]) > STEP_S
        between = np.minimum(own - own.min(), own.max() - own) >= turned * LEAST_SHARE
        inner = start + np.flatnonzero(past_ends & between & moves[start:end])
        if turned > MOST_TURN_RAD and len(inner):
            step = int(inner[odds[inner].argmin()])
            steps.append(step)
            parts += [(start, step), (step, end)]
    return steps


def likeliest_states(gains: np.ndarray, switch: float) -> np.ndarray:
    """The two-valued sequences with the largest sum of gains where true, less `switch` for every change.

    Args:
        gains: (T, N) of each sequence's being true; negative where that is unlikely.
        switch: in the gains' unit.

    Returns:
        (T, N) bool. Source: A. Viterbi, Error bounds for convolutional codes, 1967, for two states.
    """
    count = len(gains)
    ahead = gains[0]  # by how much the best sequence that ends true is better than the best that ends false
    from_true, from_false = np.empty(gains.shape, bool), np.empty(gains.shape, bool)
    for moment in range(1, count):
        from_true[moment], from_false[moment] = ahead > -switch, ahead > switch
        ahead = np.clip(ahead, -switch, switch) + gains[moment]
    states = np.empty(gains.shape, bool)
    states[-1] = ahead > 0.0
    for moment in range(count - 1, 0, -1):
        states[moment - 1] = np.where(states[moment], from_true[moment], from_false[moment])
    return states
