"""The joints of a glTF file as a skeleton."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from avatarkit.errors import InputError
from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Document, Skin
from avatarkit.rig.skeleton import Skeleton

MOST_JOINTS = 20_000
"""Joints of the largest rigs seen are some 2,000, hair and cloth included."""

FARTHEST = 1e7
"""No joint of a body, in any unit, lies further from the origin."""

_TINY = 1e-12


@dataclass(frozen=True)
class FileSkeleton:
    """A file's skeleton.

    Attributes:
        skeleton: its joints, the nodes above them and the bare nodes below them.
        nodes: (B,) each joint's node.
        labels: (B,) names as the file has them: not unique, empty where there are none.
        skinned: (B,) whether a skin uses the joint.
        skins_of: (B,) the numbers of the skins that use the joint; skins: how many skins there are.
        bound: (B, 4) local rotations of the pose in which the skins were bound; the rest pose's where nothing tells.
    """

    skeleton: Skeleton
    nodes: tuple[int, ...]
    labels: tuple[str, ...]
    skinned: tuple[bool, ...]
    skins_of: tuple[frozenset[int], ...]
    skins: int
    bound: np.ndarray


def file_skeleton(document: Document, human_nodes: Iterable[int] = ()) -> FileSkeleton:
    """The skeleton of a file.

    Args:
        document: its nodes and skins.
        human_nodes: nodes that an extension calls human bones.

    Raises:
        InputError: too many joints, or joints infinitely far away.
    """
    joints = {joint for skin in document.skins for joint in skin.joints}
    nodes = _chosen(document, joints | set(human_nodes))
    if len(nodes) > MOST_JOINTS:
        raise InputError(f"it has {len(nodes)} joints; at most {MOST_JOINTS} are read")
    place = {node: joint for joint, node in enumerate(nodes)}
    above = document.parents
    parents = [place.get(above[node], -1) for node in nodes]
    labels = tuple(document.nodes[node].name for node in nodes)
    skeleton = Skeleton(
        names=_unique(labels, nodes),
        parents=np.array(parents, np.int32),
        rest_translations=_rows([document.nodes[node].translation for node in nodes], 3),
        rest_rotations=_unit_rotations(_rows([document.nodes[node].rotation for node in nodes], 4)),
        rest_scales=_rows([document.nodes[node].scale for node in nodes], 3),
    )
    _check_reach(skeleton)
    users: dict[int, set[int]] = {node: set() for node in nodes}
    for number, skin in enumerate(document.skins):
        for node in skin.joints:
            users[node].add(number)
    return FileSkeleton(
        skeleton,
        nodes,
        labels,
        skinned=tuple(bool(users[node]) for node in nodes),
        skins_of=tuple(frozenset(users[node]) for node in nodes),
        skins=len(document.skins),
        bound=_bound_rotations(document, skeleton, place),
    )


def _chosen(document: Document, joints: set[int]) -> tuple[int, ...]:
    """Joints with the nodes above and the bare nodes below them, parents first; without joints all nodes."""
    parents = document.parents
    kept: set[int] = set()
    for start in joints:
        joint = start
        while joint >= 0 and joint not in kept:
            kept.add(joint)
            joint = parents[joint]
    order = document.top_down
    bare = [node.mesh is None and node.camera is None for node in document.nodes]
    below: set[int] = set(joints)
    for node in order:
        if not joints or (parents[node] in below and bare[node]):
            below.add(node)
    return tuple(node for node in order if node in kept or node in below)


def _unique(labels: tuple[str, ...], nodes: tuple[int, ...]) -> tuple[str, ...]:
    """Names that differ: a second "Foot" gets its node's number, and so does a joint without a name."""
    seen: set[str] = set()
    names = []
    for label, node in zip(labels, nodes, strict=True):
        name = label if label and label not in seen else f"{label or 'node'}#{node}"
        while name in seen:
            name += "#"
        seen.add(name)
        names.append(name)
    return tuple(names)


def _rows(values: list[tuple[float, ...]], width: int) -> np.ndarray:
    return np.array(values, float).reshape(len(values), width)


def _unit_rotations(rotations: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(rotations, axis=1, keepdims=True)
    return np.where(lengths > _TINY, rotations / np.maximum(lengths, _TINY), quaternions.IDENTITY)


def _check_reach(skeleton: Skeleton) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        positions, _ = skeleton.rest_world
    if not (np.abs(positions) < FARTHEST).all():
        raise InputError("damaged glTF: its joints lie infinitely far away")


def _bound_rotations(document: Document, skeleton: Skeleton, place: dict[int, int]) -> np.ndarray:
    """Local rotations (B, 4) that the skins' matrices tell: a joint's axes as seen from its parent's, both of one skin."""
    local = np.array(skeleton.rest_rotations)
    told: set[int] = set()
    for skin in document.skins:
        world = _bind_rotations(skin)
        rows = {place[node]: row for row, node in enumerate(skin.joints)}
        for joint, row in rows.items():
            above = rows.get(int(skeleton.parents[joint]))
            if above is not None and joint not in told and np.isfinite(world[[row, above]]).all():
                local[joint] = quaternions.multiply(quaternions.inverse(world[above]), world[row])
                told.add(joint)
    return _unit_rotations(local)


def _bind_rotations(skin: Skin) -> np.ndarray:
    """World rotations (J, 4) of a skin's joints where its mesh was bound; NaN where a matrix has none."""
    found = np.full((len(skin.joints), 4), np.nan)
    if skin.inverse_bind is None:
        return found
    axes = np.asarray(skin.inverse_bind, float)[:, :3, :3]
    lengths = np.linalg.norm(axes, axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        axes = axes / lengths
    good = np.isfinite(axes).all(axis=(1, 2)) & (np.linalg.det(np.nan_to_num(axes)) > 0.5)
    if good.any():
        found[good] = quaternions.inverse(quaternions.from_matrix(axes[good]))
    return found
