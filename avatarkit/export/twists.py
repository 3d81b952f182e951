"""Forearms that turn along their whole length: twist joints follow the hand's roll, each by its place from elbow to wrist.

Without them all of a turned hand's roll falls on the few vertices of the wrist, which it wrings. VRM 1.0 alone can say so.

Source: vrm-c/vrm-specification, VRMC_node_constraint-1.0, roll constraints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from avatarkit.avatar.avatar import Avatar, AvatarMesh
from avatarkit.gltf.document import Document
from avatarkit.rig.skeleton import HumanoidRig, Skeleton

TWISTS = 2
"""Joints in a forearm: a roll of 120 degrees leaves 40 to each, which blended skin bears without growing thin."""

CONSTRAINT = "VRMC_node_constraint"

_INFLUENCES = 4
_SIDES = ("left", "right")


def with_forearm_twists(avatar: Avatar) -> Avatar:
    """The avatar with twist joints in its forearms, skin and sleeves bound to them; the rig's `twist_bones` tells which."""
    rig = avatar.rig
    if not all(f"{side}{bone}" in rig.human_bones for side in _SIDES for bone in ("LowerArm", "Hand")):
        return avatar
    first = {side: len(rig.skeleton.names) + TWISTS * number for number, side in enumerate(_SIDES)}
    meshes = avatar.meshes
    for side in _SIDES:
        meshes = tuple(_bound(mesh, rig, side, first[side]) for mesh in meshes)
    return replace(avatar, rig=_with_joints(rig, first), meshes=meshes)


def with_roll_constraints(document: Document, rig: HumanoidRig, joint_nodes: tuple[int, ...]) -> Document:
    """The document whose nodes of the rig's twist joints follow their bone's roll about X, the line of a stretched-out arm."""
    rolls = {joint_nodes[joint]: _roll(joint_nodes[rig.human_bones[bone]], share)
             for joint, (bone, share) in rig.twist_bones.items()}  # fmt: skip
    if not rolls:
        return document
    nodes = (
        replace(node, extensions={**node.extensions, **rolls.get(number, {})}) for number, node in enumerate(document.nodes)
    )
    return replace(document, nodes=tuple(nodes), extensions_used=(*document.extensions_used, CONSTRAINT))


def _roll(source: int, share: float) -> Mapping[str, Any]:
    constraint = {"roll": {"source": source, "rollAxis": "X", "weight": round(share, 6)}}
    return {CONSTRAINT: {"specVersion": "1.0", "constraint": constraint}}


def _with_joints(rig: HumanoidRig, first: Mapping[str, int]) -> HumanoidRig:
    old = rig.skeleton
    sides = np.repeat(_SIDES, TWISTS)
    shares = np.tile(_shares(), len(_SIDES))
    parents = [rig.human_bones[f"{side}LowerArm"] for side in sides]
    forearms = np.array([old.rest_translations[rig.human_bones[f"{side}Hand"]] for side in sides])
    names = (f"{side}LowerArmTwist{number % TWISTS + 1}" for number, side in enumerate(sides))
    skeleton = Skeleton(
        (*old.names, *names),
        np.append(old.parents, parents),
        np.concatenate([old.rest_translations, shares[:, None] * forearms]),
        np.concatenate([old.rest_rotations, np.tile([0.0, 0.0, 0.0, 1.0], (len(sides), 1))]),
        np.concatenate([old.rest_scales, np.ones((len(sides), 3))]),
    )
    twists = {first[side] + number: (f"{side}Hand", float(share)) for side in _SIDES for number, share in enumerate(_shares())}
    return replace(rig, skeleton=skeleton, twist_bones={**rig.twist_bones, **twists}, t_pose=skeleton.rest_rotations)


def _shares() -> np.ndarray:
    """(TWISTS,) where the joints sit between elbow, 0, and wrist, 1, and how much of the hand's roll each takes."""
    return np.arange(1, TWISTS + 1) / (TWISTS + 1)


def _bound(mesh: AvatarMesh, rig: HumanoidRig, side: str, first: int) -> AvatarMesh:
    """The mesh with what hung on a forearm shared among it and its twist joints."""
    lower, hand = rig.human_bones[f"{side}LowerArm"], rig.human_bones[f"{side}Hand"]
    rows, columns = np.nonzero((mesh.joints == lower) & (mesh.weights > 0.0))
    if not len(rows):
        return mesh
    elbow, wrist = rig.skeleton.rest_world[0][[lower, hand]]
    line = wrist - elbow
    place = np.clip((mesh.positions[rows] - elbow) @ line / (line @ line) * (TWISTS + 1), 0.0, TWISTS)
    before = np.minimum(place.astype(int), TWISTS - 1)
    joint_of = np.array([lower, *range(first, first + TWISTS)])
    joints = np.concatenate([mesh.joints, np.zeros((len(mesh.joints), 1), mesh.joints.dtype)], axis=1)
    weights = np.concatenate([mesh.weights, np.zeros((len(mesh.joints), 1), mesh.weights.dtype)], axis=1)
    share = weights[rows, columns]
    joints[rows, columns], joints[rows, -1] = joint_of[before], joint_of[before + 1]
    weights[rows, columns], weights[rows, -1] = share * (1.0 - (place - before)), share * (place - before)
    joints, weights = _strongest(joints, weights)
    return replace(mesh, joints=joints, weights=weights)


def _strongest(joints: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(-weights, axis=1, kind="stable")[:, :_INFLUENCES]
    joints, weights = np.take_along_axis(joints, order, axis=1), np.take_along_axis(weights, order, axis=1)
    weights = weights / weights.sum(axis=1, keepdims=True)
    return np.where(weights > 0.0, joints, 0), weights
