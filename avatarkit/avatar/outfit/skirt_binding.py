"""Which bones carry cloth that hangs about both legs."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.spatial import cKDTree

from avatarkit.body.body import load_body
from avatarkit.geometry.nearest import tree_of

_NEAREST = 16  # leg points whose bones a point of cloth follows
_BETWEEN_M = 0.035  # half the width over which cloth passes from one leg's to the other's
_FEET = {f"{side}{bone}": f"{side}LowerLeg" for side in ("left", "right") for bone in ("Foot", "Toes")}
_LEGS = ("hips", *(f"{side}{bone}" for side in ("left", "right") for bone in ("UpperLeg", "LowerLeg")))


@cache
def _leg_weights(shell: str) -> tuple[cKDTree, np.ndarray]:
    """The left leg and hip: places, and the weights (K, 55) of the bones that carry them."""
    body = load_body()
    names = body.joint_names
    renamed = np.array([names.index(_FEET.get(name, name)) for name in names])
    vertices = np.unique(body.parts[shell].quads)
    dense = np.zeros((len(vertices), len(names)))
    np.add.at(dense, (np.arange(len(vertices))[:, None], renamed[body.joint_indices[vertices]]), body.joint_weights[vertices])
    dense[:, [k for k, name in enumerate(names) if name not in _LEGS]] = 0.0
    kept = (dense.sum(axis=1) > 0.5) & (body.positions[vertices, 0] > 0)
    chosen = dense[kept] / dense[kept].sum(axis=1, keepdims=True)
    return tree_of(body.positions[vertices[kept]]), chosen


def skirt_weights(places: np.ndarray, shell: str) -> np.ndarray:
    """(N, 55) weights of places (N, 3) on the average body: those of the legs inside, of both in the middle."""
    body = load_body()
    opposite = [body.joint_names.index(_mirrored(name)) for name in body.joint_names]
    tree, weights = _leg_weights(shell)
    distance, nearest = map(np.asarray, tree.query(np.abs(places) * [1, 0, 0] + places * [0, 1, 1], k=_NEAREST))
    near = 1.0 / np.maximum(distance, 1e-3)
    dense = (near[..., None] * weights[nearest]).sum(axis=1) / near.sum(axis=1)[:, None]
    left = np.clip(places[:, 0] / (2 * _BETWEEN_M) + 0.5, 0.0, 1.0)
    left = (left * left * (3.0 - 2.0 * left))[:, None]
    own_side = (places[:, :1] > 0) * 1.0
    toward = own_side * left + (1.0 - own_side) * (1.0 - left)
    straight = np.where(own_side > 0, dense, dense[:, opposite])
    return toward * straight + (1.0 - toward) * straight[:, opposite]


def _mirrored(name: str) -> str:
    for side, other in (("left", "right"), ("right", "left")):
        if name.startswith(side):
            return other + name.removeprefix(side)
    return name
