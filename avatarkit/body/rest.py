"""A shaped body at rest: T-pose, facing +Z, soles on the ground. Everything worn is fitted to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from scipy import sparse

from avatarkit.body.body import Body, load_body
from avatarkit.body.expression_rows import ExpressionRows
from avatarkit.body.expressions import face_expressions
from avatarkit.body.lips import closed_lips, hung_teeth
from avatarkit.body.mouth_inside import hidden_inside
from avatarkit.body.shape import BodyShape, shape_body
from avatarkit.geometry import quaternions
from avatarkit.geometry.compiled import compiled, packed_floats, packed_indices, packed_places
from avatarkit.geometry.meshes import cross
from avatarkit.geometry.plain_vectors import cross as crossed
from avatarkit.geometry.plain_vectors import dot, minus, plus, put_row, row_of
from avatarkit.rig.skeleton import Skeleton
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS

SHOULDER_LIFT_RAD = np.radians(5.0)
"""How far the collar bone rises from the data's A-pose to the T-pose; the arm does the rest. Nature lifts it by more, but
trackers rarely say what the collar bone does, and what is lifted here a figure with hanging arms keeps as a shrug."""

_ORDER = {name: number for number, name in enumerate(HUMAN_BONE_PARENTS)}
_FINGERS = tuple(
    tuple(finger + segment for segment in ("Proximal", "Intermediate", "Distal"))
    for finger in ("Index", "Middle", "Ring", "Little")
)
_THUMB = ("ThumbMetacarpal", "ThumbProximal", "ThumbDistal")
_OUTWARD = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]])
_DOWN, _AHEAD = np.array([0.0, -1.0, 0.0]), np.array([0.0, 0.0, 1.0])
_ARM_AT_REST = np.stack([_OUTWARD] * 3), np.stack([*[cross(_OUTWARD, _AHEAD)] * 2, np.stack([_AHEAD, _AHEAD])])
"""Directions along upper arms, lower arms and hands, and of the elbows' hinges and across the palms: (3, 2, 3) each."""
_LEG_AT_REST = np.stack([[_DOWN, _DOWN], [_AHEAD, _AHEAD]])
"""Directions along legs and feet: (2, 2, 3)."""


@dataclass(frozen=True, eq=False)
class RestBody:
    """One person's body as a rig wants it; known by its identity.

    Attributes:
        positions: (V, 3) metres, all of the body's vertices (shells too) in T-pose.
        skeleton: the 55 human bones, every joint's axes parallel to the world's.
        expressions: ARKit's, in their order, on this very face.
    """

    positions: np.ndarray
    skeleton: Skeleton
    expressions: ExpressionRows

    @cached_property
    def expression_offsets(self) -> sparse.csc_matrix:
        """(3V, 52) metres: the expressions as columns."""
        return self.expressions.columns(len(self.positions))

    @cached_property
    def joints(self) -> np.ndarray:
        """(55, 3) metres, where each joint is."""
        places = np.array(self.skeleton.rest_translations)
        for joint, parent in enumerate(self.skeleton.parents):
            if parent >= 0:
                places[joint] += places[parent]
        return places

    def joint(self, bone: str) -> np.ndarray:
        """(3,) metres, where a human bone begins."""
        return self.joints[self.skeleton.names.index(bone)]


def rest_body(sliders: Mapping[str, float], body: Body | None = None) -> RestBody:
    """The body that the given sliders mold, in T-pose.

    Args:
        sliders: slider name -> value.
        body: the loaded body, if at hand.

    Raises:
        UsageError: an unknown slider or a value out of range.
    """
    body = body or load_body()
    shape = shape_body(sliders, body)
    shape = replace(shape, positions=hidden_inside(hung_teeth(closed_lips(shape.positions))))
    turns = t_pose_turns(shape)
    heads = posed_joints(shape.joint_heads, turns)
    positions = unposed_vertices(shape.positions, blended_transforms(turns, shape.joint_heads, heads, body))
    ground = np.array([heads[0, 0], positions[_skin_vertices(), 1].min(), heads[0, 2]])
    expressions = face_expressions(shape.positions, shape.joint_heads[_both("Eye")], body, shape.stretch)
    return RestBody(positions - ground, _skeleton(heads - ground), expressions)


def t_pose_turns(shape: BodyShape) -> np.ndarray:
    """World rotations (55, 3, 3) that bring each bone from the data's A-pose into the T-pose.

    Arms, hands and fingers come to lie along X with the palms down and the elbows' hinges upright, thumbs half way to +Z, legs
    upright from hip to ankle, feet flat and along +Z. The trunk stays.
    """
    turns = np.tile(np.eye(3), (len(_ORDER), 1, 1))
    for bone, turn in (_arm_turns(shape) | _leg_turns(shape)).items():
        turns[_both(bone)] = turn
    hands = turns[_both("Hand")]
    ahead_and_outward = (_OUTWARD + _AHEAD) / np.sqrt(2.0)
    chains = np.stack([_both(bone) for finger in (*_FINGERS, _THUMB) for bone in finger], axis=1).reshape(2, -1, 3)
    along = np.stack([_OUTWARD] * len(_FINGERS) + [ahead_and_outward], axis=1)
    turns[chains] = _straightened(shape, chains, hands[:, None], along)
    return turns


def _arm_turns(shape: BodyShape) -> dict[str, np.ndarray]:
    """Bone -> rotations (2, 3, 3) of the left and the right one."""
    shoulder, elbow, wrist, index, middle, little = (
        shape.joint_heads[_both(bone)]
        for bone in ("UpperArm", "LowerArm", "Hand", "IndexProximal", "MiddleProximal", "LittleProximal")
    )
    hinge = cross(elbow - shoulder, wrist - elbow)
    along = np.stack([elbow - shoulder, wrist - elbow, middle - wrist])
    upper, lower, hand = _frame_turns((along, np.stack([hinge, hinge, index - little])), _ARM_AT_REST)
    return {"Shoulder": _shoulder_turns(), "UpperArm": upper, "LowerArm": lower, "Hand": hand}


@cache
def _shoulder_turns() -> np.ndarray:
    """(2, 3, 3)."""
    return quaternions.to_matrix(quaternions.from_rotation_vector(cross(_OUTWARD, -_DOWN) * SHOULDER_LIFT_RAD))


def _leg_turns(shape: BodyShape) -> dict[str, np.ndarray]:
    """Bone -> rotations (2, 3, 3) of the left and the right one."""
    hip, ankle, toes = (shape.joint_heads[_both(bone)] for bone in ("UpperLeg", "Foot", "Toes"))
    along = np.stack([ankle - hip, (toes - ankle) * [1.0, 0.0, 1.0]])
    leg, foot = _shortest_turns(along, _LEG_AT_REST)
    return {"UpperLeg": leg, "LowerLeg": leg, "Foot": foot, "Toes": foot}


def _straightened(shape: BodyShape, chains: np.ndarray, turns: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Rotations (2, F, 3, 3, 3) that lay each finger along a direction, each bone by the shortest way from where its parent is.

    Args:
        shape: the body in A-pose.
        chains: (2, F, 3) bones of each finger of both hands.
        turns: (2, 1, 3, 3) rotations of the hands.
        along: (2, F, 3) directions.
    """
    result = []
    for bones in np.moveaxis(chains, -1, 0):
        direction = np.einsum("...ij,...j->...i", turns, shape.joint_tails[bones] - shape.joint_heads[bones])
        turns = _shortest_turns(direction, along) @ turns
        result.append(turns)
    return np.stack(result, axis=2)


def _both(bone: str) -> np.ndarray:
    """(2,) number of the left and the right bone."""
    return np.array([_ORDER[f"left{bone}"], _ORDER[f"right{bone}"]])


def _shortest_turns(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Rotations (..., 3, 3) between directions (..., 3)."""
    return quaternions.to_matrix(quaternions.between(source, target))


def _frame_turns(source: tuple[np.ndarray, np.ndarray], target: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Rotations (..., 3, 3) that take the first source direction to the first target, the second as nearly as it goes."""

    def frames(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        x = first / np.linalg.norm(first, axis=-1, keepdims=True)
        z = cross(x, second)
        z /= np.linalg.norm(z, axis=-1, keepdims=True)
        return np.stack([x, cross(z, x), z], axis=-1)

    return frames(*target) @ np.swapaxes(frames(*source), -1, -2)


def posed_joints(joint_heads: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Joints (55, 3) after each bone is turned, metres; no bone changes its length."""
    posed: np.ndarray = _posed(np.ascontiguousarray(joint_heads, float), np.ascontiguousarray(turns, float), _parents())
    return posed


@compiled(packed_floats(2), packed_floats(3), packed_indices(1))
def _posed(heads: np.ndarray, turns: np.ndarray, parents: np.ndarray) -> np.ndarray:
    """See `posed_joints`."""
    posed = heads.copy()
    for joint in range(len(heads)):
        parent = parents[joint]
        if parent >= 0:
            turn, bone = turns[parent], minus(row_of(heads, joint), row_of(heads, parent))
            way = dot(row_of(turn, 0), bone), dot(row_of(turn, 1), bone), dot(row_of(turn, 2), bone)
            put_row(posed, joint, plus(row_of(posed, parent), way))
    return posed


def blended_transforms(turns: np.ndarray, a_heads: np.ndarray, t_heads: np.ndarray, body: Body) -> np.ndarray:
    """(V, 3, 4): the transform from T-pose to A-pose that linear blend skinning gives each vertex."""
    back = np.swapaxes(turns, 1, 2)
    moves = a_heads - np.einsum("bij,bj->bi", back, t_heads)
    transforms = np.concatenate([back, moves[:, :, None]], axis=2).reshape(-1, 12)
    weights = np.ascontiguousarray(body.joint_weights, np.float32)
    blended: np.ndarray = _blended(body.joint_indices.astype(np.uint32), weights, transforms)
    return blended.reshape(-1, 3, 4)


@compiled(packed_places(2), packed_floats(2, 32), packed_floats(2))
def _blended(joints: np.ndarray, weights: np.ndarray, transforms: np.ndarray) -> np.ndarray:
    """(V, 12) means of transforms (B, 12), by joints and weights (V, 4), most of which are 0."""
    blended = np.zeros((len(joints), 12))
    for vertex in range(len(joints)):
        for place in range(4):
            weight = weights[vertex, place]
            if weight != 0.0:
                for number in range(12):
                    blended[vertex, number] += weight * transforms[joints[vertex, place], number]
    return blended


def unposed_vertices(positions: np.ndarray, transforms: np.ndarray) -> np.ndarray:
    """The vertices (V, 3) that the transforms (V, 3, 4) take to `positions` (V, 3).

    Undoing the skinning, rather than skinning the other way, keeps the sculpted shape: arms that hang as in the A-pose look
    exactly as modelled, with full shoulders and elbows. Skinning into the T-pose loses volume at the joints twice, there and
    back; in pictures of hanging arms the shoulder's outline then falls in, while the T-poses hardly differ.
    """
    found: np.ndarray = _unposed(np.ascontiguousarray(positions, float), np.ascontiguousarray(transforms, float))
    return found


@compiled(packed_floats(2), packed_floats(3))
def _unposed(positions: np.ndarray, transforms: np.ndarray) -> np.ndarray:
    """See `unposed_vertices`: the solution of three equations by Cramer's rule."""
    found = np.empty((len(positions), 3))
    for vertex in range(len(positions)):
        to = transforms[vertex]
        x, y, z = (to[0, 0], to[1, 0], to[2, 0]), (to[0, 1], to[1, 1], to[2, 1]), (to[0, 2], to[1, 2], to[2, 2])
        moved = positions[vertex, 0] - to[0, 3], positions[vertex, 1] - to[1, 3], positions[vertex, 2] - to[2, 3]
        across = crossed(y, z)
        volume = dot(x, across)
        found[vertex, 0] = dot(across, moved) / volume
        found[vertex, 1] = dot(crossed(z, x), moved) / volume
        found[vertex, 2] = dot(crossed(x, y), moved) / volume
    return found


def _skeleton(heads: np.ndarray) -> Skeleton:
    parents = _parents()
    local = np.where(parents[:, None] >= 0, heads - heads[parents], heads)
    return Skeleton(tuple(HUMAN_BONE_PARENTS), parents, local, np.tile(quaternions.IDENTITY, (len(heads), 1)))


@cache
def _parents() -> np.ndarray:
    """(55,) index of each human bone's parent, -1 for the hips."""
    return np.array([-1 if parent is None else _ORDER[parent] for parent in HUMAN_BONE_PARENTS.values()])


@cache
def _skin_vertices() -> np.ndarray:
    """Vertices of the visible skin below the head."""
    return np.unique(load_body().parts["body"].quads)
