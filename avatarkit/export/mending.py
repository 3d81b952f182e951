"""Somebody else's figure put as a platform wants it: its pose, where it faces and stands, the name above its joints."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from avatarkit.export.reduction.decode import rest_positions
from avatarkit.gltf.document import Document, Node
from avatarkit.rig.load_rig import rig_of
from avatarkit.rig.skeleton import HumanoidRig

STANCE_RULES = ("t-pose", "faces +Z", "faces -Z", "upright", "soles on the ground")
"""Rules about how a figure stands."""

ROOT_NAME = "Armature"
"""Name of a node put above all others."""

_SMALLER = 0.98
"""Of the longest side that is allowed, what a figure that is too large is given."""


def put_upright(document: Document, broken: Collection[str], longest_m: float = math.inf) -> Document:
    """The figure stretched out, facing +Z, no larger than allowed and on the ground.

    Joints are turned and nodes are put above all; the meshes follow when they are baked.

    Args:
        document: plain glTF or VRM 1.0 of a humanoid.
        broken: names in `STANCE_RULES`.
        longest_m: the longest side that its box may have.

    Raises:
        NotHumanoidError: nobody is in it.
    """
    rig = rig_of(document)
    if "t-pose" in broken:
        document = _in_t_pose(document, rig)
    if not {"faces +Z", "faces -Z", "upright"}.isdisjoint(broken):
        document = _below(document, Node(ROOT_NAME, rotation=tuple(rig.to_canonical.tolist())))
    places = rest_positions(document)
    side = float(np.ptp(places, axis=0).max(initial=0.0)) if len(places) else 0.0
    scale = min(1.0, longest_m * _SMALLER / side) if side > longest_m else 1.0
    lowest = scale * float(places[:, 1].min()) if len(places) else 0.0
    return _below(document, Node(ROOT_NAME, translation=(0.0, -lowest, 0.0), scale=(scale, scale, scale)))


def with_root_name(document: Document, name: str) -> Document:
    """The document with the node above all joints under a name; a new one where a joint is the topmost."""
    joints = {joint for skin in document.skins for joint in skin.joints}
    parents = document.parents
    top = next(iter(joints), -1)
    while top >= 0 and parents[top] >= 0:
        top = parents[top]
    if top < 0 or top in joints:
        return _below(document, Node(name))
    nodes = (replace(node, name=name) if number == top else node for number, node in enumerate(document.nodes))
    return replace(document, nodes=tuple(nodes))


def _in_t_pose(document: Document, rig: HumanoidRig) -> Document:
    turned = dict(zip(rig.nodes, rig.t_pose.tolist(), strict=True))
    nodes = (replace(node, rotation=tuple(turned.get(index, node.rotation))) for index, node in enumerate(document.nodes))
    return replace(document, nodes=tuple(nodes))


def _below(document: Document, root: Node) -> Document:
    """The document with everything that it shows below one more node, but for bound meshes, which no node moves."""
    tops = tuple(number for number, parent in enumerate(document.parents) if parent < 0 and document.nodes[number].skin is None)
    number = len(document.nodes)
    scenes = tuple(
        replace(scene, nodes=(number, *(node for node in scene.nodes if node not in tops))) for scene in document.scenes
    )
    return replace(document, nodes=(*document.nodes, replace(root, children=tops)), scenes=scenes)
