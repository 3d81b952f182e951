"""Arms and legs: swing from the bones' directions, twist from the bend plane, the lower bones' twist from palm and foot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.motion.joints.frames import across, carried, cross, dot, frames, smooth_step, turned, unit
from avatarkit.motion.joints.ranges import MAX_TWIST_RAD
from avatarkit.motion.joints.rest_directions import LIMB_AXES, LIMB_FRAMES, LIMB_POINTS
from avatarkit.vocabulary.mediapipe_points import HAND, POSE

STRAIGHT_BELOW, BENT_ABOVE = np.sin(np.radians(8.0)), np.sin(np.radians(25.0))
"""Sines of the bends between which trust in the bend plane grows from none to full: with 5 degrees of error in each bone's
direction, as good trackers have, the plane of an elbow bent by 8 degrees may lie anywhere, and of one bent by 25 within 20
degrees."""

TWIST_SHARE = np.array([[2.0 / 3.0], [2.0 / 3.0], [0.25], [0.25]])
"""(4, 1) of a hand's or foot's twist, how much the lower bone takes. Pronation is the whole forearm's, and skins with one
forearm bone fold least when its two ends share it; the shank only gives a little."""

_POINTS = np.array([[POSE[name] for name in limb] for limb in LIMB_POINTS]).T
_PALM = np.array([[POSE[side + name] for name in ("Index", "Pinky", "Wrist")] for side in ("left", "right")]).T
_FOOT = np.array([[POSE[side + name] for name in ("FootIndex", "Heel", "Ankle")] for side in ("left", "right")]).T
_WRIST, _INDEX, _MIDDLE, _LITTLE = (HAND[name] for name in ("wrist", "indexMcp", "middleMcp", "littleMcp"))
_REST = np.swapaxes(LIMB_FRAMES, 1, 2)
_IS_ARM = np.array([[True], [True], [False], [False]])
_MAX_TWIST = MAX_TWIST_RAD[:, None]


@dataclass(frozen=True)
class Limbs:
    """The four limbs of `LIMBS`.

    Attributes:
        world: (3, 4, 3, 3) world rotations of the upper bones, the lower bones and the ends.
        hinges: (4, 3) as in `JointMemory`.
        twists: (4,) radians.
    """

    world: np.ndarray
    hinges: np.ndarray
    twists: np.ndarray


def solve_limbs(
    body: np.ndarray,
    hands: tuple[np.ndarray | None, np.ndarray | None],
    parents: np.ndarray,
    hinges: np.ndarray,
    twists: np.ndarray,
) -> Limbs:
    """Rotations of the limbs' bones.

    A bone's frame is its direction and the hinge of elbow or knee, which upper and lower bone share: the bend plane's normal.
    The straighter the limb, the more of the hinge is the one that was last sure. A hand's or foot's twist against it is
    bounded; its lower bone takes `TWIST_SHARE`. What a straight arm's palm turns beyond the bound is the shoulder's turn.

    Args:
        body: (33, 3) points.
        hands: (21, 3) points of the left and right hand, where seen.
        parents: (4, 3, 3) world rotations of what the limbs hang on: twice the chest, twice the pelvis.
        hinges, twists: as in `JointMemory`.
    """
    root, middle, end = body[_POINTS]
    rest_axis = parents @ LIMB_AXES[:, :, None]
    upper = unit(middle - root, rest_axis[..., 0])
    lower = unit(end - middle, upper)
    remembered = (parents @ carried(hinges, LIMB_AXES, _inside(parents, upper))[:, :, None])[..., 0]
    normal = cross(upper, lower)
    bend = np.sqrt(dot(normal, normal))
    trust = smooth_step(bend, STRAIGHT_BELOW, BENT_ABOVE)
    hinge = unit(remembered + trust * (unit(normal, remembered) - remembered), remembered)
    lower_hinge = unit(across(hinge, lower), hinge)
    end_axis, end_hinge = _ends(body, hands, lower, lower_hinge)
    twist = _twist(carried(lower_hinge, lower, end_axis), end_hinge, end_axis)
    twist = twists[:, None] + _half_turns(twist - twists[:, None])
    kept = np.minimum(np.maximum(twist, -_MAX_TWIST), _MAX_TWIST)
    surplus = twist - kept
    shoulder_turn = np.where(_IS_ARM, surplus * (1.0 - trust), 0.0)
    upper_hinge = turned(hinge, upper, shoulder_turn)
    lower_hinge = turned(lower_hinge, lower, shoulder_turn + TWIST_SHARE * kept)
    end_hinge = turned(end_hinge, end_axis, shoulder_turn - surplus)
    axes, seconds = np.array([upper, lower, end_axis]), np.array([upper_hinge, lower_hinge, end_hinge])
    sure = carried(_inside(parents, hinge), _inside(parents, upper), LIMB_AXES)
    return Limbs(
        frames(axes, seconds) @ _REST,
        np.where(trust >= 1.0, sure, hinges),
        kept[:, 0],
    )


def _inside(parents: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Directions (4, 3) of the world in their parents' axes."""
    return (directions[:, None, :] @ parents)[:, 0]


def _ends(
    body: np.ndarray, hands: tuple[np.ndarray | None, np.ndarray | None], lower: np.ndarray, hinge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Axis and hinge direction (4, 3) of hands and feet; where points coincide, the lower bones' own."""
    index, little, wrist = body[_PALM]
    toes, heel, ankle = body[_FOOT]
    along, side = 0.5 * (index + little) - wrist, index - little
    for row, hand in enumerate(hands):
        if hand is not None:
            along[row], side[row] = hand[_MIDDLE] - hand[_WRIST], hand[_INDEX] - hand[_LITTLE]
    forward = unit(toes - heel, cross(lower[2:], -hinge[2:]))
    first = np.concatenate([unit(along, lower[:2]), forward])
    second = np.concatenate([side, heel - ankle])
    end_hinge = unit(cross(first, second), hinge)
    axis = np.concatenate([first[:2], cross(end_hinge[2:], forward)])
    return axis, unit(across(end_hinge, axis), hinge)


def _twist(source: np.ndarray, target: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Angles (4, 1) about `axis` from `source` to `target`."""
    return np.arctan2(dot(cross(source, target), axis), dot(source, target))


def _half_turns(angles: np.ndarray) -> np.ndarray:
    """Angles brought between minus and plus a half turn."""
    return angles - 2.0 * np.pi * np.round(angles / (2.0 * np.pi))
