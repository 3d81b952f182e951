"""VRM's T-pose of any humanoid skeleton: limbs turned into place from above, every bone keeping its roll.

Source: vrm-c/vrm-specification, VRMC_vrm-1.0, tpose.md: upright, arms along X, palms down, thumbs halfway to +Z, feet level and
forward.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.rig.body_axes import SHORT, body_axes
from avatarkit.rig.skeleton import Skeleton
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS

SIDES = {"left": 1.0, "right": -1.0}
"""The sign of X on which a body facing +Z has each side."""

CLEAR_BEND = np.sin(np.radians(15.0))
"""An elbow or a knee that is bent by this much at rest shows in which plane it bends."""

PALM_TOLERANCE = np.radians(25.0)
"""Knuckles are an arc: a palm within this of facing down faces down."""

T_POSE_ALREADY = {"Arm": np.radians(5.0), "Leg": np.radians(5.0), "": np.radians(25.0)}
"""A pose none of whose bones is further than this from where the T-pose wants it is the rig's own T-pose, by ending of the
part's name: wrists are not in line with knuckles, feet and fingers splay a little."""

HAND_AXIS = np.radians(12.0)
"""The middle knuckle lies this far from a straight hand's axis on many rigs; within it the hand is straight."""

LEANING_TRUNK = np.radians(25.0)
"""A trunk that leans further than any spine's own curve is brought upright."""

LEVEL_SHIN = np.cos(np.radians(30.0))
"""Where the shin is within 30 degrees of upright, the sole stands on the floor at rest and is level as it is."""

_X, _Y, _Z = np.eye(3)
_THUMB = (_X + _Z) / np.sqrt(2.0)
_FINGERS = ("Index", "Middle", "Ring", "Little")


def t_pose(
    skeleton: Skeleton, bones: Mapping[str, int], base: np.ndarray, *, tolerance: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """The T-pose nearest to a pose.

    Args:
        skeleton: the joints.
        bones: human bone -> joint, with all that VRM requires.
        base: (B, 4) local rotations of the pose to start from: the rest pose, or the one in which the skin was bound.
        tolerance: factor on `T_POSE_ALREADY`, larger for files that promise to be in a T-pose.

    Returns:
        local rotations (B, 4) and the rotation (4,) to canonical axes.
    """
    positions, world = pose_world(skeleton, base)
    to_canonical = body_axes(positions, bones)
    figure = _Figure(quaternions.rotate(to_canonical, positions), bones)
    turns = _turns(skeleton, figure)
    if all(_angle_of(turns[joint]) < _tolerance(bone) * tolerance for bone, joint in bones.items()):
        return np.array(base), to_canonical
    upright = quaternions.multiply(turns, quaternions.multiply(to_canonical, world))
    return _locals(skeleton, quaternions.multiply(quaternions.inverse(to_canonical), upright)), to_canonical


def pose_world(skeleton: Skeleton, rotations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """World positions (B, 3) and rotations (B, 4) under other local rotations (B, 4)."""
    posed = Skeleton(skeleton.names, skeleton.parents, skeleton.rest_translations, rotations, skeleton.rest_scales)
    return posed.rest_world


def next_bone(bone: str, bones: Mapping[str, int]) -> str | None:
    """The bone that a limb's bone points at, of those that the rig has."""
    if bone.endswith("Hand"):
        knuckles = [f"{bone[:-4]}{finger}Proximal" for finger in ("Middle", "Index", "Ring", "Little")]
        return next((knuckle for knuckle in knuckles if knuckle in bones), None)
    return next((child for child, parent in HUMAN_BONE_PARENTS.items() if parent == bone and child in bones), None)


class _Figure:
    """Directions between human joints in canonical axes."""

    def __init__(self, positions: np.ndarray, bones: Mapping[str, int]) -> None:
        self.positions, self.bones = positions, bones

    def along(self, start: str, end: str) -> np.ndarray:
        """The unit vector (3,) from one joint to another; zero where they coincide."""
        return _unit(self.positions[self.bones[end]] - self.positions[self.bones[start]])

    def direction(self, bone: str) -> np.ndarray:
        """Where a bone points; zero when nothing tells."""
        child = next_bone(bone, self.bones)
        return np.zeros(3) if child is None else self.along(bone, child)

    def bend(self, upper: str, lower: str) -> np.ndarray:
        """(3,) the axis about which a limb is bent, as long as the sine of its bend."""
        return np.cross(self.direction(upper), self.direction(lower))


def _turns(skeleton: Skeleton, figure: _Figure) -> np.ndarray:
    """(B, 4) how far each joint has to turn about the canonical axes."""
    turns = np.empty((len(skeleton.names), 4))
    human = {joint: bone for bone, joint in figure.bones.items()}
    rolls = dict.fromkeys(SIDES, 0.0)
    for joint, parent in enumerate(skeleton.parents):
        turn = turns[parent] if parent >= 0 else quaternions.IDENTITY
        turns[joint] = _turn(human[joint], figure, turn, rolls) if joint in human else turn
    return turns


def _turn(bone: str, figure: _Figure, above: np.ndarray, rolls: dict[str, float]) -> np.ndarray:
    """One bone's turn when what it hangs on has turned by `above`. A forearm leaves half of the palm's roll to its hand."""
    if bone == "hips":
        return quaternions.multiply(_upright_hips(figure), above)
    side = next((name for name in SIDES if bone.startswith(name)), None)
    if side is None:
        return above
    part = bone.removeprefix(side)
    if part == "Foot":
        return _level_foot(figure, side, above)
    turn = _aimed(figure.direction(bone), _t_direction(part, SIDES[side]), above)
    if part == "Hand" and _angle_of(quaternions.multiply(turn, quaternions.inverse(above))) < HAND_AXIS:
        turn = above
    return _with_roll(bone, part, figure, turn, rolls)


def _with_roll(bone: str, part: str, figure: _Figure, turn: np.ndarray, rolls: dict[str, float]) -> np.ndarray:
    """A limb's turn with the roll that its elbow, knee or palm asks for."""
    side = bone.removesuffix(part)
    if part == "UpperArm":
        return _rolled(turn, _X, _hinge_roll(turn, figure.bend(bone, f"{side}LowerArm"), -SIDES[side] * _Y, _X))
    if part == "UpperLeg":
        return _rolled(turn, _Y, _hinge_roll(turn, figure.bend(bone, f"{side}LowerLeg"), _X, _Y))
    if part == "LowerArm":
        rolls[side] = _palm_roll(figure, side, turn) / 2
        return _rolled(turn, _X, rolls[side])
    return _rolled(turn, _X, rolls[side]) if part == "Hand" else turn


def _tolerance(bone: str) -> float:
    """How far a bone of a T-pose may be from the ideal one, radians."""
    return next(angle for ending, angle in T_POSE_ALREADY.items() if bone.endswith(ending))


def _angle_of(rotation: np.ndarray) -> float:
    return 2.0 * float(np.arccos(np.clip(abs(rotation[3]), 0.0, 1.0)))


def _t_direction(part: str, side: float) -> np.ndarray | None:
    """Where a limb's bone points in the T-pose; None for what keeps its direction."""
    if part in ("UpperLeg", "LowerLeg"):
        return -_Y
    if part in ("UpperArm", "LowerArm", "Hand") or part.startswith(_FINGERS):
        return side * _X
    return _THUMB * (side, 1, 1) if part.startswith("Thumb") else None


def _aimed(direction: np.ndarray, wanted: np.ndarray | None, above: np.ndarray) -> np.ndarray:
    """`above`, and then the shortest way to the direction that is wanted."""
    if wanted is None or not direction.any():
        return above
    return quaternions.multiply(quaternions.between(quaternions.rotate(above, direction), wanted), above)


def _upright_hips(figure: _Figure) -> np.ndarray:
    """Brings the line between the thighs to X, and a trunk that leans beyond its own curve upright."""
    across = figure.along("rightUpperLeg", "leftUpperLeg")
    level = quaternions.between(across, _X) if across[0] > 0 else quaternions.IDENTITY
    trunk = quaternions.rotate(level, figure.along("hips", "neck" if "neck" in figure.bones else "head"))
    lean = float(np.arctan2(trunk[2], trunk[1]))
    return level if abs(lean) < LEANING_TRUNK else quaternions.multiply(_about(_X, -lean), level)


def _level_foot(figure: _Figure, side: str, above: np.ndarray) -> np.ndarray:
    """A foot that points forward: level as it is at rest, whatever the leg does, unless the leg does not stand at rest."""
    stands = -figure.direction(f"{side}LowerLeg")[1] > LEVEL_SHIN
    turn = quaternions.IDENTITY if stands else above
    direction = quaternions.rotate(turn, figure.direction(f"{side}Foot")) * (1, 0, 1)
    return turn if np.linalg.norm(direction) < SHORT else quaternions.multiply(quaternions.between(direction, _Z), turn)


def _hinge_roll(turn: np.ndarray, hinge: np.ndarray, wanted: np.ndarray, axis: np.ndarray) -> float:
    """The roll about a limb that brings the axis it bends about to the wanted one; 0 for a limb that is straight at rest."""
    if np.linalg.norm(hinge) < CLEAR_BEND:
        return 0.0
    return _angle(quaternions.rotate(turn, hinge), wanted, axis)


def _palm_roll(figure: _Figure, side: str, turn: np.ndarray) -> float:
    """The roll about the arm that brings the palm down: the forefinger's side forward, else the thumb's."""
    across = _across_palm(figure, side)
    if not across.any():
        return 0.0
    hand = _aimed(figure.direction(f"{side}Hand"), SIDES[side] * _X, turn)
    roll = _angle(quaternions.rotate(hand, across), _Z, _X)
    return roll if abs(roll) > PALM_TOLERANCE else 0.0


def _across_palm(figure: _Figure, side: str) -> np.ndarray:
    """From the little finger's side of a hand to the thumb's; zero without fingers."""
    knuckles = [f"{side}{finger}Proximal" for finger in _FINGERS if f"{side}{finger}Proximal" in figure.bones]
    if len(knuckles) > 1:
        return figure.along(knuckles[-1], knuckles[0])
    thumb = next(
        (f"{side}Thumb{part}" for part in ("Proximal", "Distal", "Metacarpal") if f"{side}Thumb{part}" in figure.bones), ""
    )
    return figure.along(f"{side}Hand", thumb) if thumb else np.zeros(3)


def _angle(source: np.ndarray, target: np.ndarray, axis: np.ndarray) -> float:
    """The signed angle about `axis` from one direction to another, both seen along it."""
    source, target = source - axis * (axis @ source), target - axis * (axis @ target)
    return float(np.arctan2(axis @ np.cross(source, target), source @ target))


def _rolled(turn: np.ndarray, axis: np.ndarray, angle: float) -> np.ndarray:
    return turn if angle == 0.0 else quaternions.multiply(_about(axis, angle), turn)


def _about(axis: np.ndarray, angle: float) -> np.ndarray:
    return quaternions.from_rotation_vector(axis * angle)


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    return vector / length if length > SHORT else np.zeros(3)


def _locals(skeleton: Skeleton, world: np.ndarray) -> np.ndarray:
    """Local rotations (B, 4) of world ones."""
    parents = np.maximum(skeleton.parents, 0)
    local = quaternions.multiply(quaternions.inverse(world[parents]), world)
    return quaternions.normalize(np.where((skeleton.parents >= 0)[:, None], local, world))
