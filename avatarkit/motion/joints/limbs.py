"""Arms and legs: swing from the bones' directions, twist from the bend plane, the lower bones' twist from palm and foot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.motion.joints.frames import across, carried, cross, dot, frames, smooth_step, turned, unit
from avatarkit.motion.joints.joint_points import JointMemory
from avatarkit.motion.joints.ranges import MAX_TWIST_RAD
from avatarkit.motion.joints.rest_directions import LIMB_AXES, LIMB_FRAMES, LIMB_POINTS
from avatarkit.vocabulary.mediapipe_points import HAND, POSE

STRAIGHT_BELOW, BENT_ABOVE = np.sin(np.radians(15.0)), np.sin(np.radians(45.0))
"""Sines of the bends between which trust in the bend plane grows from none to full. Measured on recorded motion whose points
were shaken as a tracker's are (12 mm across the picture, 30 mm in depth): from 8 and 25 degrees upper arms roll wrongly by 24
degrees in the mean, from 15 and 45 by 17."""

TWIST_SHARE = np.array([[2.0 / 3.0], [2.0 / 3.0], [0.25], [0.25]])
"""(4, 1) of a hand's or foot's twist, how much the lower bone takes. Pronation is the whole forearm's, and skins with one
forearm bone fold least when its two ends share it; the shank only gives a little."""

SHOULDER_SHARE = np.array([[0.5], [0.5], [0.0], [0.0]])
"""(4, 1) of an end's twist, how much is the whole limb's when the limb is straight and no bend plane says otherwise. Measured
on recorded motion: with a half, upper arms roll wrongly by 7.4 degrees in the mean, with none by 8.9."""

_FOOT_SAYS = np.array([[0.0], [0.0], [0.8], [0.8]])
"""(4, 1) how much of a straight leg's hinge is the foot's; the rest is the last sure one, for feet stretched along the leg."""

_POINTS = np.array([[POSE[name] for name in limb] for limb in LIMB_POINTS]).T
_PALM = np.array([[POSE[side + name] for name in ("Index", "Pinky", "Wrist")] for side in ("left", "right")]).T
_FOOT = np.array([[POSE[side + name] for name in ("FootIndex", "Heel", "Ankle")] for side in ("left", "right")]).T
_WRIST, _INDEX, _MIDDLE, _LITTLE = (HAND[name] for name in ("wrist", "indexMcp", "middleMcp", "littleMcp"))
_REST = np.swapaxes(LIMB_FRAMES, 1, 2)
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
    ends_seen: np.ndarray,
    parents: np.ndarray,
    memory: JointMemory,
) -> Limbs:
    """Rotations of the limbs' bones.

    A bone's frame is its direction and the hinge of elbow or knee, which upper and lower bone share: the bend plane's normal.
    The straighter the limb, the less that plane says: then an arm keeps the hinge that was last sure, and a leg, whose knee can
    hardly turn, takes it from the foot. A hand's or foot's twist against the hinge is bounded; the lower bone takes
    `TWIST_SHARE` of it. Of a straight arm's twist the shoulder takes `SHOULDER_SHARE`, and all beyond the bound.

    Args:
        body: (33, 3) points.
        hands: (21, 3) points of the left and right hand, where seen.
        ends_seen: (4, 1) 0..1 how surely hands and feet are seen: the less, the nearer they stay to straight and to their last
            sure twist.
        parents: (4, 3, 3) world rotations of what the limbs hang on: twice the chest, twice the pelvis.
        memory: of the previous moment.
    """
    root, middle, end = body[_POINTS]
    rest_axis = parents @ LIMB_AXES[:, :, None]
    upper = unit(middle - root, rest_axis[..., 0])
    lower = unit(end - middle, upper)
    inner = _inside(parents, upper)
    remembered = (parents @ carried(memory.hinges, LIMB_AXES, inner)[:, :, None])[..., 0]
    end_axis, end_hinge = _ends(body, hands, lower, remembered)
    end_axis = unit(lower + ends_seen * (end_axis - lower), lower)
    end_hinge = unit(across(end_hinge, end_axis), remembered)
    likely = unit(remembered + _FOOT_SAYS * ends_seen * (across(end_hinge, upper) - remembered), remembered)
    normal = cross(upper, lower)
    trust = smooth_step(np.sqrt(dot(normal, normal)), STRAIGHT_BELOW, BENT_ABOVE)
    hinge = unit(likely + trust * (unit(normal, likely) - likely), likely)
    lower_hinge = unit(across(hinge, lower), hinge)
    untwisted = carried(lower_hinge, lower, end_axis)
    held = memory.twists[:, None]
    twist = held + ends_seen * _half_turns(_twist(untwisted, end_hinge, end_axis) - held)
    bounded = np.minimum(np.maximum(twist, -_MAX_TWIST), _MAX_TWIST)
    shoulder = (1.0 - trust) * SHOULDER_SHARE * bounded
    whole = (1.0 - trust) * (twist - bounded) + shoulder
    kept = bounded - shoulder
    axes = np.array([upper, lower, end_axis])
    turns = np.array([whole, whole + TWIST_SHARE * kept, whole + kept])
    seconds = turned(np.array([hinge, lower_hinge, untwisted]), axes, turns)
    sure = carried(_inside(parents, hinge), inner, LIMB_AXES)
    return Limbs(
        frames(axes, seconds) @ _REST,
        np.where(trust >= 1.0, sure, memory.hinges),
        np.where(ends_seen >= 1.0, bounded, held)[:, 0],
    )


def _inside(parents: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Directions (4, 3) of the world in their parents' axes."""
    return (directions[:, None, :] @ parents)[:, 0]


def _ends(
    body: np.ndarray, hands: tuple[np.ndarray | None, np.ndarray | None], lower: np.ndarray, hinge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Axis and hinge direction (4, 3) of hands and feet; where points coincide, something of unit length."""
    index, little, wrist = body[_PALM]
    toes, heel, ankle = body[_FOOT]
    along, side = 0.5 * (index + little) - wrist, index - little
    for row, hand in enumerate(hands):
        if hand is not None:
            along[row], side[row] = hand[_MIDDLE] - hand[_WRIST], hand[_INDEX] - hand[_LITTLE]
    forward = unit(toes - heel, lower[2:])
    first = np.concatenate([unit(along, lower[:2]), forward])
    second = np.concatenate([side, heel - ankle])
    end_hinge = unit(cross(first, second), hinge)
    return np.concatenate([first[:2], cross(end_hinge[2:], forward)]), end_hinge


def _twist(source: np.ndarray, target: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Angles (4, 1) about `axis` from `source` to `target`."""
    return np.arctan2(dot(cross(source, target), axis), dot(source, target))


def _half_turns(angles: np.ndarray) -> np.ndarray:
    """Angles brought between minus and plus a half turn."""
    return angles - 2.0 * np.pi * np.round(angles / (2.0 * np.pi))
