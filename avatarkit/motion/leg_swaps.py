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

LONGEST_STEP_S = 0.15
"""Pictures further apart do not tell how legs move."""

BLENDED = 0.15
"""Leg lengths by which two legs are nearer to each other than they mostly are in the two pictures before and after: a tracker
that is about to exchange legs shows both between the two. Legs that pass each other in a walk come nearer by 0.1."""

AROUND = 2

TINY_PX = 1.0

MOMENTS = 3
"""So many make one acceleration."""


def unswapped(video: TrackedVideo) -> TrackedVideo:
    """The video with those legs exchanged that the tracker had exchanged: left and right move on as they moved before. Where it
    was between the two, legs are where they were before and after."""
    seen = np.array([number for number, frame in enumerate(video.frames) if frame.body is not None], dtype=int)
    bodies = [frame.body for frame in video.frames if frame.body is not None]
    times = np.array([video.frames[number].time_s for number in seen])
    blended = blended_legs(times, np.array([body.points_px for body in bodies])) if bodies else np.zeros(0, bool)
    if (~blended).sum() < MOMENTS:
        return video
    sure = [body for body, unsure in zip(bodies, blended, strict=True) if not unsure]
    swapped = np.zeros(len(bodies), bool)
    swapped[~blended] = swapped_legs(
        times[~blended], np.array([b.points_px for b in sure]), np.array([b.visibility for b in sure])
    )
    bodies = [with_legs_exchanged(body) if swap else body for body, swap in zip(bodies, swapped, strict=True)]
    bodies = with_legs_between(times, bodies, blended)
    frames = list(video.frames)
    for number, body in zip(seen, bodies, strict=True):
        if body is not frames[number].body:
            frames[number] = replace(frames[number], body=body)
    return replace(video, frames=tuple(frames))


def blended_legs(times_s: np.ndarray, points_px: np.ndarray) -> np.ndarray:
    """(T,) bool, in which moments both legs are much nearer to each other than before and after.

    Args:
        times_s: (T,) of pictures that show a body.
        points_px: (T, 33, 2).
    """
    if len(times_s) <= 2 * AROUND:
        return np.zeros(len(times_s), bool)
    left, right = np.moveaxis(points_px[:, _LEGS], 1, 0)
    apart = np.linalg.norm(left - right, axis=-1).mean(axis=1) / _leg_px(points_px)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(apart, AROUND, mode="edge"), 2 * AROUND + 1)
    near_s = np.convolve(np.gradient(times_s), np.ones(2 * AROUND), mode="same")
    return np.asarray((np.median(around, axis=1) - apart > BLENDED) & (near_s < LONGEST_STEP_S))


def with_legs_between(times_s: np.ndarray, bodies: list[BodyLandmarks], blended: np.ndarray) -> list[BodyLandmarks]:
    """Bodies of so many moments (T,), the legs of some of them (T,) on the straight way between the others'."""
    legs, changed = _LEGS.ravel(), list(bodies)
    known = np.flatnonzero(~blended)
    for moment in np.flatnonzero(blended):
        after = int(np.searchsorted(known, moment))
        a, b = known[max(after - 1, 0)], known[min(after, len(known) - 1)]
        share = (times_s[moment] - times_s[a]) / (times_s[b] - times_s[a]) if b > a else 0.0
        changed[moment] = _with_legs_of(bodies[moment], legs, bodies[a], bodies[b], float(share))
    return changed


def _with_legs_of(body: BodyLandmarks, legs: np.ndarray, a: BodyLandmarks, b: BodyLandmarks, share: float) -> BodyLandmarks:
    def between(place: np.ndarray, at_a: np.ndarray, at_b: np.ndarray) -> np.ndarray:
        moved = np.array(place)
        moved[legs] = (1.0 - share) * at_a[legs] + share * at_b[legs]
        return moved

    return replace(
        body,
        points_px=between(body.points_px, a.points_px, b.points_px),
        depth_px=between(body.depth_px, a.depth_px, b.depth_px),
        world_m=between(body.world_m, a.world_m, b.world_m),
    )


def _leg_px(points_px: np.ndarray) -> float:
    """A leg's length in the pictures, of points (T, 33, 2)."""
    chain = points_px[:, _CHAIN]
    return max(float(np.median(np.linalg.norm(np.diff(chain, axis=2), axis=-1).sum(axis=2))), TINY_PX)


def swapped_legs(times_s: np.ndarray, points_px: np.ndarray, visibility: np.ndarray) -> np.ndarray:
    """(T,) bool, which moments' legs have to be exchanged so that both move with the least acceleration.

    Args:
        times_s: (T,) of pictures that show a body.
        points_px: (T, 33, 2).
        visibility: (T, 33).
    """
    legs = points_px[:, _LEGS] / _leg_px(points_px)
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
        body,
        points_px=body.points_px[rows],
        depth_px=body.depth_px[rows],
        world_m=body.world_m[rows],
        visibility=body.visibility[rows],
    )
