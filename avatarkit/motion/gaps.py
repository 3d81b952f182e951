"""What was not seen: short gaps are bridged, long ones ease to a body at rest and back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.smooth import continuous

SEEN, LOST = 0.5, 0.3
"""A bone counts as seen from the first confidence on, and as lost again below the second."""

HOLD_S = 0.5
"""How long a lost bone keeps its last rotation: longer than most crossings of hands and bodies."""

EASE_S = 0.8
"""How long it then takes to the rest: a slow arm movement."""

BRIDGE_S = 1.0
"""Up to so long a gap is passed in one turn from its one end to the other."""


def presence(since_s: np.ndarray) -> np.ndarray:
    """How much of the last rotation is left so many seconds after it was seen: 1, then after `HOLD_S` gently to 0."""
    share = np.clip((since_s - HOLD_S) / EASE_S, 0.0, 1.0)
    return 1.0 - share * share * (3.0 - 2.0 * share)


def seen_mask(confidence: np.ndarray) -> np.ndarray:
    """(T, ...) bool of confidence (T, ...), with hysteresis from `LOST` to `SEEN`."""
    state = confidence[0] >= SEEN
    mask = np.empty(confidence.shape, bool)
    for moment, value in enumerate(confidence):
        state = np.where(state, value >= LOST, value >= SEEN)
        mask[moment] = state
    return mask


def fill_rotations(times_s: np.ndarray, rotations: np.ndarray, seen: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """One bone's rotations (T, 4) with those replaced that were not seen (T,); `rest` is (4,)."""
    if seen.all():
        return rotations
    known = np.flatnonzero(seen)
    if len(known) == 0:
        return np.broadcast_to(rest, rotations.shape)
    moments = np.arange(len(times_s))
    place = np.searchsorted(known, moments, side="right")
    last, following = known[np.maximum(place - 1, 0)], known[np.minimum(place, len(known) - 1)]
    since, until = times_s - times_s[last], times_s[following] - times_s
    since, until = np.where(place == 0, np.inf, since), np.where(place == len(known), np.inf, until)
    gap = since + until
    share = np.where(gap <= BRIDGE_S, np.minimum(since, BRIDGE_S) / np.maximum(gap, 1e-9), 0.0)
    bridged = quaternions.slerp(rotations[last], rotations[following], share)
    nearest = np.where(until < since, following, last)
    eased = quaternions.slerp(rest, rotations[nearest], presence(np.minimum(since, until)))
    filled = np.where((gap <= BRIDGE_S)[:, None], bridged, eased)
    return np.where(seen[:, None], rotations, filled)


def fill_gaps(times_s: np.ndarray, rotations: np.ndarray, seen: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """All bones' rotations (T, B, 4) without what was not seen (T, B); `rest` is (B, 4)."""
    filled = [fill_rotations(times_s, rotations[:, bone], seen[:, bone], rest[bone]) for bone in range(rotations.shape[1])]
    return continuous(np.stack(filled, axis=1))


def fill_places(times_s: np.ndarray, places: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Places (T, 3) with those that were not seen (T,) on the straight way between those that were, or at the nearest one."""
    if seen.all() or not seen.any():
        return places
    return np.stack([np.interp(times_s, times_s[seen], column[seen]) for column in places.T], axis=-1)


def takes(times_s: np.ndarray, places: np.ndarray, seen: np.ndarray) -> list[slice]:
    """Parts of a motion within which a body moves as bodies can.

    Where it is seen again further away than it can have gone, another take begins: the film was cut or the tracker took another
    person for the first.

    Args:
        times_s: (T,).
        places: (T, 3) of the hips, in the camera's space.
        seen: (T,) whether they were seen.
    """
    known = np.flatnonzero(seen)
    ways = np.diff(places[known], axis=0) * AXES_COUNT
    far = np.linalg.norm(ways, axis=1) > np.minimum(STEP_M + TOP_SPEED * np.diff(times_s[known]), FAR_M)
    starts = [0, *known[1:][far].tolist(), len(times_s)]
    return [slice(start, end) for start, end in pairwise(starts)]


STEP_M, TOP_SPEED = 0.5, 8.0
"""A tracker's hips jump by the first, metres, without a reason; nobody but runners in a race is faster than the second, m/s."""

FAR_M = 3.0
"""Whoever is seen again so far away is another, however long it took."""

AXES_COUNT = np.array([1.0, 2.0, 0.3])
"""How much a way counts across the picture, upward, which people seldom go, and in depth, which is noisy."""
