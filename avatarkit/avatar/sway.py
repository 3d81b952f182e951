"""Things that hang: the chains of joints laid along them, and their vertices' share in each joint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh


@dataclass(frozen=True)
class Manner:
    """How a chain swings: `SpringChain`'s numbers, and the bones whose colliders it heeds."""

    stiffness: float
    drag: float
    gravity: float
    radius: float
    heeds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sway:
    """Chains for something that hangs, before they are joints of a rig.

    Attributes:
        names: of each chain, C of them.
        parents: human bone that carries each chain.
        paths: (C, J + 1, 3) metres, the joints' places from root to tip; the last is an end that carries nothing.
        manner: how all of them swing.
        weights: mesh's name -> (V, C, J), each vertex's share in each joint; their sum is 0 where it does not swing, 1 at most.
    """

    names: tuple[str, ...]
    parents: tuple[str, ...]
    paths: np.ndarray
    manner: Manner
    weights: Mapping[str, np.ndarray]


def level_weights(level: np.ndarray, joints: int, free: float = 0.5) -> np.ndarray:
    """(N, J): how much each of J joints in a row carries what lies (N,) segments below the first: it moves by its own segment
    in the segment's middle, by two in even parts at a joint; not at all at the first, and wholly from `free` on."""
    middle = np.clip(level - 0.5, 0.0, joints - 1.0)
    weights = np.maximum(1.0 - np.abs(middle[:, None] - np.arange(joints)), 0.0)
    return np.asarray(weights * eased(level / free)[:, None])


def eased(share: np.ndarray) -> np.ndarray:
    """0 below 0, 1 above 1, and a smooth way between."""
    held = np.clip(share, 0.0, 1.0)
    return np.asarray(held * held * (3.0 - 2.0 * held))


def swaying(mesh: AvatarMesh, weights: np.ndarray, joints: np.ndarray) -> AvatarMesh:
    """The mesh carried by a chain's joints to the shares `weights` (V, K), of `joints` (K,), and for the rest as it was; the
    strongest four carry a vertex."""
    share = weights.sum(axis=1, keepdims=True)
    moved = np.flatnonzero(share[:, 0] > 0.0)
    if not len(moved):
        return mesh
    values = np.concatenate([mesh.weights[moved] * (1.0 - share[moved]), weights[moved]], axis=1)
    numbers = np.concatenate([mesh.joints[moved], np.broadcast_to(joints, (len(moved), len(joints)))], axis=1)
    order = np.argsort(-values, axis=1, kind="stable")[:, :4]
    values, numbers = np.take_along_axis(values, order, axis=1), np.take_along_axis(numbers, order, axis=1)
    kept = values / values.sum(axis=1, keepdims=True)
    all_joints, all_weights = mesh.joints.copy(), mesh.weights.copy()
    all_joints[moved], all_weights[moved] = np.where(kept > 0.0, numbers, 0), kept
    return replace(mesh, joints=all_joints, weights=all_weights)
