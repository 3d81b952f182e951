"""Legs that a tracker took for each other: which is which follows from how legs move, when the future is known too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.tracking.tracked_frame import BodyLandmarks, TrackedVideo
from avatarkit.vocabulary.mediapipe_points import POSE

LEG_POINTS = ("Knee", "Ankle", "Heel", "FootIndex")
_LEGS = np.array([[POSE[side + point] for point in LEG_POINTS] for side in ("left", "right")])
_CHAIN = np.array([[POSE[side + point] for point in ("Hip", "Knee", "Ankle")] for side in ("left", "right")])

SWAPPED_COST = 1.0
"""Leg lengths a second that it costs to contradict the tracker: a swap of spread legs gains as much within two pictures, noise
gains it never."""

LONGEST_STEP_S = 0.1
"""Pictures further apart do not tell how legs move."""

TINY_PX = 1.0


def unswapped(video: TrackedVideo) -> TrackedVideo:
    """The video with those legs exchanged that the tracker had exchanged: left and right move on as they moved before."""
    seen = np.array([number for number, frame in enumerate(video.frames) if frame.body is not None], dtype=int)
    bodies = [frame.body for frame in video.frames if frame.body is not None]
    if len(bodies) < 3:
        return video
    times = np.array([video.frames[number].time_s for number in seen])
    swapped = swapped_legs(times, np.array([b.points_px for b in bodies]), np.array([b.visibility for b in bodies]))
    frames = list(video.frames)
    for number, body, swap in zip(seen, bodies, swapped, strict=True):
        if swap:
            frames[number] = replace(frames[number], body=with_legs_exchanged(body))
    return replace(video, frames=tuple(frames))


def swapped_legs(times_s: np.ndarray, points_px: np.ndarray, visibility: np.ndarray) -> np.ndarray:
    """(T,) bool, which moments' legs have to be exchanged so that both move with the least acceleration.

    Args:
        times_s: (T,) of pictures that show a body.
        points_px: (T, 33, 2).
        visibility: (T, 33).
    """
    chain = points_px[:, _CHAIN]
    leg_px = max(float(np.median(np.linalg.norm(np.diff(chain, axis=2), axis=-1).sum(axis=2))), TINY_PX)
    legs = points_px[:, _LEGS] / leg_px
    states = np.stack([legs, legs[:, ::-1]])  # (2, T, 2, P, 2): as tracked, exchanged
    steps = np.diff(times_s)
    ahead = (steps[1:] / steps[:-1])[:, None, None, None]
    sure = visibility[:, _LEGS].min(axis=(1, 2))[2:] * (np.maximum(steps[1:], steps[:-1]) < LONGEST_STEP_S)
    cost = np.zeros((len(times_s), 2, 2, 2))  # of the states before the last, last and now
    for before in range(2):
        for last in range(2):
            for now in range(2):
                expected = states[last][1:-1] + ahead * (states[last][1:-1] - states[before][:-2])
                missed = np.linalg.norm(states[now][2:] - expected, axis=-1).mean(axis=2).sum(axis=1)
                cost[2:, before, last, now] = sure * missed
    cost[..., 1] += (SWAPPED_COST * np.gradient(times_s))[:, None, None]
    return _cheapest(cost)


def _cheapest(cost: np.ndarray) -> np.ndarray:
    """(T,) bool, the sequence of two states whose summed cost (T, 2, 2, 2), of three in a row, is least."""
    count = len(cost)
    total = np.stack([cost[0, 0, 0] + cost[1, 0, 0, state] for state in range(2)], axis=1)  # (first, second)
    came = np.zeros((count, 2, 2), dtype=int)
    for moment in range(2, count):
        paths = total[:, :, None] + cost[moment]
        came[moment] = paths.argmin(axis=0)
        total = paths.min(axis=0)
    sequence = np.zeros(count, dtype=int)
    sequence[-2], sequence[-1] = np.unravel_index(int(total.argmin()), total.shape)
    for moment in range(count - 1, 1, -1):
        sequence[moment - 2] = came[moment, sequence[moment - 1], sequence[moment]]
    return sequence.astype(bool)


def with_legs_exchanged(body: BodyLandmarks) -> BodyLandmarks:
    """The landmarks with the left leg's below the hip as the right's and the reverse."""
    rows = np.arange(len(POSE))
    rows[_LEGS], rows[_LEGS[::-1]] = _LEGS[::-1], _LEGS
    return replace(
        body, points_px=body.points_px[rows], depth_px=body.depth_px[rows], world_m=body.world_m[rows],
        visibility=body.visibility[rows],
    )  # fmt: skip
