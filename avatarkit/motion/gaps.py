"""What was not seen: short gaps are bridged, long ones ease to a body at rest and back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.joints.frames import smooth_step
from avatarkit.motion.kinematics import PARENTS
from avatarkit.motion.smooth import continuous

SEEN, LOST = 0.5, 0.3
"""A bone counts as seen from the first confidence on, and as lost again below the second."""

HOLD_S = 0.5
"""How long a lost bone keeps its last rotation: longer than most crossings of hands and bodies."""

EASE_S = 0.8
"""How long it then takes to the rest: a slow arm movement."""

BRIDGE_S = 1.0
"""Up to so long a gap is passed in one turn from its one end to the other."""

_HIPS = BONE["hips"]


def presence(since_s: np.ndarray) -> np.ndarray:
    """How much of the last rotation is left so many seconds after it was seen: 1, then after `HOLD_S` gently to 0."""
    return 1.0 - smooth_step(since_s, HOLD_S, HOLD_S + EASE_S)


def seen_mask(confidence: np.ndarray) -> np.ndarray:
    """(T, ...) bool of confidence (T, ...), with hysteresis from `LOST` to `SEEN`."""
    state = confidence[0] >= SEEN
    mask = np.empty(confidence.shape, bool)
    for moment, value in enumerate(confidence):
        state = np.where(state, value >= LOST, value >= SEEN)
        mask[moment] = state
    return mask


def fill_rotations(times_s: np.ndarray, rotations: np.ndarray, seen: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """One bone's rotations (T, 4) with those replaced that were not seen (T,).

    Args:
        times_s: (T,).
        rotations: (T, 4).
        seen: (T,) bool.
        rest: (4,), or (T, 4) the rest after or before each rotation.
    """
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
    eased = quaternions.slerp(rest if rest.ndim == 1 else rest[nearest], rotations[nearest], presence(np.minimum(since, until)))
    filled = np.where((gap <= BRIDGE_S)[:, None], bridged, eased)
    return np.where(seen[:, None], rotations, filled)


def fill_gaps(
    times_s: np.ndarray, rotations: np.ndarray, seen: np.ndarray, rest: np.ndarray, parts: Sequence[slice] = (slice(None),)
) -> np.ndarray:
    """All bones' rotations (T, B, 4) without what was not seen (T, B), or not believable; `rest` is (B, 4).

    What is believed is settled within each of the `parts`, since anything may follow on a cut; a gap before the next of them
    ends in its first pose all the same, as any other. A body that is lost stands upright and faces where it faced.
    """
    seen = np.concatenate([believable(times_s[part], rotations[part], seen[part]) for part in parts])
    rests = [upright(rotations[:, bone]) if bone == _HIPS and seen[:, bone].any() else one for bone, one in enumerate(rest)]
    filled = [fill_rotations(times_s, rotations[:, bone], seen[:, bone], one) for bone, one in enumerate(rests)]
    return continuous(np.stack(filled, axis=1))


def upright(rotations: np.ndarray) -> np.ndarray:
    """Rotations (T, 4) about the upright axis alone that face where the given ones face."""
    ahead = quaternions.rotate(rotations, np.array([0.0, 0.0, 1.0]))
    half = 0.5 * np.arctan2(ahead[:, 0], ahead[:, 2])
    return np.stack([np.zeros_like(half), np.sin(half), np.zeros_like(half), np.cos(half)], axis=-1)


def believable(times_s: np.ndarray, rotations: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Which of the rotations that were seen a body can have had: trackers show a palm for its back, or a front for a back.

    Of each bone those moments are kept that make up most of the time in which it was seen, less `JUMP_COST_S` for what it turns
    faster than bodies do from one of them to the next: a short excursion is dropped, a lasting one is entered in a bridge. What
    hangs on a bone goes with it, being told relative to it. And what is seen for `GLIMPSE_S` only, long before and after it was
    seen otherwise, was something else.

    Args:
        times_s: (T,).
        rotations: (T, 55, 4) local.
        seen: (T, 55) bool.

    Returns:
        (T, 55) bool, where `seen` is.
    """
    seen = _without_glimpses(times_s, seen)
    doubtful = np.flatnonzero(_jumps(times_s, rotations, seen))
    if len(doubtful) == 0:
        return seen
    kept = np.array(seen)
    kept[:, doubtful] = _likeliest(times_s, rotations[:, doubtful], seen[:, doubtful])
    return kept & (kept | ~seen)[:, np.maximum(PARENTS, 0)]


def _without_glimpses(times_s: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """`seen` (T, B) without short stretches that stand alone; of a clip that is short itself nothing is taken."""
    kept = np.array(seen)
    for bone in np.flatnonzero(seen.any(axis=0) & (times_s[-1] - times_s[0] > FORGOTTEN_S)):
        edges = np.diff(np.pad(seen[:, bone].astype(int), 1))
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
        apart = np.concatenate([[np.inf], times_s[starts[1:]] - times_s[ends[:-1]], [np.inf]])
        alone = np.minimum(apart[:-1], apart[1:]) > 2.0 * GLIMPSE_S
        for start, end in zip(starts[alone], ends[alone], strict=True):
            kept[start : end + 1, bone] = times_s[min(end + 1, len(times_s) - 1)] - times_s[start] > GLIMPSE_S
    return kept


def _jumps(times_s: np.ndarray, rotations: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(B,) which bones turn too fast between any two neighbouring moments at which they are seen."""
    excess = _excess(np.diff(times_s)[:, None], rotations[1:], rotations[:-1])
    return np.asarray(((excess > 0.0) & seen[1:] & seen[:-1]).any(axis=0))


def _excess(steps_s: np.ndarray, after: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Radians that rotations (..., 4) turn more than bodies do in so many seconds."""
    angles = 2.0 * np.arccos(np.minimum(np.abs((after * before).sum(axis=-1)), 1.0))
    return np.asarray(np.maximum(angles - TURN_RAD - TURN_SPEED * steps_s, 0.0))


def _likeliest(times_s: np.ndarray, rotations: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(T, B) bool: of each bone (T, B, 4) the chain of seen moments that is worth most."""
    count, columns = len(times_s), np.arange(rotations.shape[1])
    worth = np.where(seen, np.gradient(times_s)[:, None], -np.inf)
    came = np.full(seen.shape, -1)
    best, best_at = np.zeros(len(columns)), np.full(len(columns), -1)
    first = 0
    for now in range(1, count):
        while times_s[now] - times_s[first] > FORGOTTEN_S:
            best_at = np.where(worth[first] > best, first, best_at)
            best = np.maximum(best, worth[first])
            first += 1
        before = slice(first, now)
        cost = JUMP_COST_S * _excess((times_s[now] - times_s[before])[:, None], rotations[now], rotations[before])
        chains = np.concatenate([worth[before] - cost, best[None]])
        chosen = chains.argmax(axis=0)
        came[now] = np.where(chosen == now - first, best_at, first + chosen)
        worth[now] += chains[chosen, columns]
    return _chain(worth, came)


def _chain(worth: np.ndarray, came: np.ndarray) -> np.ndarray:
    """(T, B) bool, the members of each bone's best chain by what each moment is worth and which it came from (T, B)."""
    kept = np.zeros(worth.shape, bool)
    for bone in range(worth.shape[1]):
        moment = int(worth[:, bone].argmax())
        while moment >= 0 and np.isfinite(worth[moment, bone]):
            kept[moment, bone] = True
            moment = int(came[moment, bone])
    return kept


TURN_RAD, TURN_SPEED = np.radians(60.0), np.radians(400.0)
"""A joint turns by the first from one picture to the next at most, which at 30 a second is faster than any limb, and in longer
times by so much more a second."""

JUMP_COST_S = 0.3
"""Seconds of sight that one radian of an impossible turn counts: a body taken for its back view, 90 degrees too fast both ways,
is dropped when it was for less than a second; what fast limbs and noise exceed by is kept."""

FORGOTTEN_S = 0.5
"""After so long a bone may be anywhere."""

GLIMPSE_S = 0.2
"""A tracker that takes something else for a person, or for a hand, notices it within so long; twice as far from all else it
stands alone."""


def fill_places(times_s: np.ndarray, places: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Places (T, 3) with those that were not seen (T,) on the straight way between those that were, or at the nearest one.

    A glimpse that stands alone counts as not seen.
    """
    seen = _without_glimpses(times_s, seen[:, None])[:, 0]
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
    known = np.flatnonzero(_without_glimpses(times_s, seen[:, None])[:, 0])
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
