"""Fewer joints: what the least important ones carried, the joint above carries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from avatarkit.export.reduction.decode import MOST_INFLUENCES
from avatarkit.export.reduction.surface import Surface
from avatarkit.gltf.document import Document

_LAST = ("Toes", "Distal", "Intermediate", "Proximal", "Metacarpal", "jaw")
"""Human bones that may go, in this order, when all others than human ones are gone."""


def with_most_joints(
    document: Document, surface: Surface, most: float, bones: Mapping[str, int], needed: Collection[str]
) -> Surface:
    """The surface bound to at most `most` joints, if those that are needed allow it.

    Joints go from the ends of their chains: those that carry nothing, then hair, cloth and twist bones, the lightest first,
    then toes and fingers.

    Args:
        document: whose nodes the joints are.
        surface: as decoded.
        most: joints that may stay.
        bones: human bone -> node.
        needed: human bones that must stay.
    """
    human = {node: bone for bone, node in bones.items()}
    parents = document.parents
    kept = dict.fromkeys(surface.skin)
    load = dict(zip(surface.skin, np.bincount(surface.joints.reshape(-1), surface.weights.reshape(-1), len(surface.skin)),
                    strict=True))  # fmt: skip
    while len(kept) > most:
        carried = {_above(parents, node, kept) for node in kept}
        ends = [node for node in kept if node not in carried and _above(parents, node, kept) >= 0]
        allowed = [node for node in ends if _rank(human.get(node), needed) is not None]
        if not allowed:
            break
        gone = min(allowed, key=lambda node: (_rank(human.get(node), needed), load[node]))
        load[_above(parents, gone, kept)] += load[gone]
        del kept[gone]
    return _bound_to(surface, tuple(kept), parents)


def _rank(bone: str | None, needed: Collection[str]) -> int | None:
    """Which go first; None for what stays."""
    if bone is None:
        return 0
    if bone in needed:
        return None
    return next((number + 1 for number, word in enumerate(_LAST) if word in bone), None)


def _above(parents: tuple[int, ...], node: int, kept: Collection[int]) -> int:
    node = parents[node]
    while node >= 0 and node not in kept:
        node = parents[node]
    return node


def _bound_to(surface: Surface, skin: tuple[int, ...], parents: tuple[int, ...]) -> Surface:
    place = {node: number for number, node in enumerate(skin)}
    new = np.array([place[node if node in place else _above(parents, node, place)] for node in surface.skin])
    joints, weights = summed(new[surface.joints], surface.weights)
    return replace(surface, skin=skin, joints=joints, weights=weights)


def summed(joints: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows (V, 4) in which no joint stands twice: the glTF validator wants each once."""
    weights = weights.copy()
    for later in range(1, MOST_INFLUENCES):
        for earlier in range(later):
            same = (joints[:, later] == joints[:, earlier]) & (weights[:, later] > 0)
            weights[same, earlier] += weights[same, later]
            weights[same, later] = 0.0
    return np.where(weights > 0, joints, 0), weights
