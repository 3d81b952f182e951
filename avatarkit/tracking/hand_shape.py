"""A hand's shape in metres, mended where the hand model is known to err."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.tracking.person_graphs import HandInCrop
from avatarkit.tracking.regions import HAND_SQUARE_M, to_our_axes
from avatarkit.tracking.tracked_frame import HandLandmarks
from avatarkit.vocabulary.mediapipe_points import HAND

SHORTEST_PALM_M = 0.06
"""The model's palms are 85 to 90 mm long. Shorter ones have collapsed and point anywhere: on rendered hands their direction is
wrong by 51 degrees in the mean, and by 29 as the model's points in the picture have them."""

EDGE_ON = 0.1
"""Sine of the angle between a hand and the line of sight below which depth says nothing across the hand."""

_AWAY = np.array([0.0, 0.0, 1.0])


def hand_metres(found: HandInCrop, roll: float) -> np.ndarray:
    """(21, 3) a hand's points in our axes, of a square that was turned by `roll`; any origin."""
    palm = found.world[HAND["middleMcp"]] - found.world[HAND["wrist"]]
    collapsed = palm @ palm < SHORTEST_PALM_M**2
    return to_our_axes(found.points * HAND_SQUARE_M if collapsed else found.world, roll)


def of_its_side(hand: HandLandmarks, leftness: float, side: str) -> HandLandmarks:
    """A hand as the one of that side, however it was taken.

    A hand and its mirror image in depth are one picture. Whoever takes a left hand for a right one sees its palm for its back,
    or its edges the wrong way round: mirrored in depth it is right again. The way from the wrist to the middle finger's root
    stays as it is. On rendered hands the palm's normal is wrong by 47 degrees in the mean instead of 75.

    Args:
        hand: as read.
        leftness: 0..1, how much it looked like a left one.
        side: "left" or "right".
    """
    if (leftness >= 1 / 2) == (side == "left"):
        return hand
    return replace(hand, world_m=mirrored_in_depth(hand.world_m))


def mirrored_in_depth(world_m: np.ndarray) -> np.ndarray:
    """(21, 3) a hand's points that make the same picture seen from behind, the way to the middle finger's root kept; the same
    points where that way is along the sight and depth says nothing across it."""
    palm = world_m[HAND["middleMcp"]] - world_m[HAND["wrist"]]
    through = _AWAY * (palm @ palm) - palm * palm[2]  # the depth, as far as it is across the hand
    size = float(through @ through)
    if size < EDGE_ON**2 * float(palm @ palm) ** 2 or size == 0.0:
        return world_m
    return world_m - np.outer(world_m @ through, through) * (2.0 / size)
