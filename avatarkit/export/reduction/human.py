"""Which nodes of a document are a human's bones, and what of a surface hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from avatarkit.errors import InputError
from avatarkit.export.reduction.surface import Surface
from avatarkit.gltf.document import Document
from avatarkit.gltf.vrm import read_vrm
from avatarkit.rig.file_skeleton import file_skeleton
from avatarkit.rig.human_bones import find_human_bones

HEAD_WEIGHT, HAIR_WEIGHT, HAND_WEIGHT = 10.0, 3.0, 2.0
"""How much triangles of face, of what else is on the head, and of hands count beside the body's. Source: looked at."""

SMALL_AREA_M2, MOST_SMALL_WEIGHT = 0.01, 12.0
"""A mesh smaller than this counts more, up to so much: lashes and eyes would be gone long before a sleeve shows a corner."""

_HEAD = ("head", "jaw", "leftEye", "rightEye")


def human_bones(document: Document) -> Mapping[str, int]:
    """Human bone -> node: as VRM says, by names, or by the shape of the skeleton; empty where nobody is found."""
    vrm = read_vrm(document)
    if vrm is not None and vrm.human_bones:
        return vrm.human_bones
    try:
        found = file_skeleton(document)
    except InputError:
        return {}
    named = find_human_bones(found)
    return {} if named is None else {bone: found.nodes[joint] for bone, joint in named.joints.items()}


def triangle_weights(document: Document, surface: Surface, bones: Mapping[str, int]) -> np.ndarray:
    """(T,) how much each triangle counts when some have to go."""
    head = _share(document, surface, (bones[bone] for bone in _HEAD if bone in bones))
    hands = _share(document, surface, (bones[bone] for bone in ("leftHand", "rightHand") if bone in bones))
    on_head = np.where(_has_a_face(surface), HEAD_WEIGHT, HAIR_WEIGHT)[surface.piece]
    more_head, more_hands = (share[surface.triangles].mean(axis=1) for share in (head, hands))
    weights: np.ndarray = 1.0 + (on_head - 1.0) * more_head + (HAND_WEIGHT - 1.0) * more_hands
    return weights * _small_weight(surface)


def _has_a_face(surface: Surface) -> np.ndarray:
    """(pieces,) whether any morph moves a mesh."""
    moved = np.zeros(surface.count, bool)
    for moves in surface.morphs.values():
        moved[moves.vertices] = True
    return np.bincount(surface.piece, moved[surface.triangles].any(axis=1), len(surface.pieces)) > 0


def _share(document: Document, surface: Surface, tops: Iterable[int]) -> np.ndarray:
    """(V,) share of each vertex's weight on these nodes and all below them."""
    below = set(tops)
    parents = document.parents
    for node in document.top_down:
        if parents[node] in below:
            below.add(node)
    inside = np.array([node in below for node in surface.skin])
    total: np.ndarray = (surface.weights * inside[surface.joints]).sum(axis=1)
    return total


def _small_weight(surface: Surface) -> np.ndarray:
    a, b, c = (surface.positions[surface.triangles[:, k]] for k in range(3))
    areas = np.bincount(surface.piece, np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2.0, len(surface.pieces))
    chosen: np.ndarray = np.clip(SMALL_AREA_M2 / np.maximum(areas, 1e-9), 1.0, MOST_SMALL_WEIGHT)[surface.piece]
    return chosen
