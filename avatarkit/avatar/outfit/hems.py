"""Where clothes hang: chains around skirts, dresses and the hems of coats, down capes, and at earrings that dangle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh
from avatarkit.avatar.sway import Manner, Sway, level_weights
from avatarkit.body.rest import RestBody

_SIDES = (("left", 1.0), ("right", -1.0))
_AROUND = np.radians((25.0, 155.0, 90.0))
"""Azimuths of one leg's chains about the hips: before it, behind it, beside it."""
_CROTCH = 0.27  # of the thigh, twice: cloth that closes across the middle lower than that hangs; shorts close above it
_SEAM_M, _APART_M = 1e-4, 0.04  # how near the middle, and how far before or behind the hip joints: thighs' seams may touch
_BETWEEN_M = 0.03
_BEHIND = np.radians((165.0, -165.0, 115.0, -115.0))
"""Azimuths of a cape's chains."""
_BELOW_SHOULDERS_M = 0.03  # from the upper chest's joint: there a cape leaves the back
_SHORTEST_M = 0.10  # below the hip joint: what ends higher does not swing
_SEGMENT_M, _MOST_JOINTS = 0.17, 4
_FREE = 0.8  # of a segment below the hip joints: from there on cloth is the chains' alone
_LEAST_DANGLE_M = 0.012

_HEM = Manner(2.4, 0.35, 0.3, 0.045, ("leftUpperLeg", "rightUpperLeg", "leftLowerLeg", "rightLowerLeg"))
_CAPE = Manner(1.2, 0.35, 0.5, 0.03, ("chest", "hips", "leftUpperLeg", "rightUpperLeg", "leftLowerLeg", "rightLowerLeg"))
_EARRING = Manner(0.35, 0.25, 0.35, 0.002, ())


@dataclass(frozen=True)
class _Ring:
    """Chains around an upright axis: each one's name, bone and azimuth; where they begin; how they swing."""

    names: tuple[str, ...]
    parents: tuple[str, ...]
    azimuths: np.ndarray
    top: np.ndarray
    manner: Manner


def hem_chains(meshes: Sequence[AvatarMesh], rest: RestBody) -> Sway | None:
    """The chains of everything that hangs about the legs; None if nothing does.

    One set of chains carries all of it, so that no layer swings through another.

    Args:
        meshes: of `make_outfit`, each with its name; no capes.
        rest: the body that wears them.
    """
    hip, knee = rest.joint("leftUpperLeg"), rest.joint("leftLowerLeg")
    hanging = _hanging(meshes, hip - [0.0, _CROTCH * 2.0 * (hip[1] - knee[1]), 0.0])
    around = [(number, side, sign) for number in range(len(_AROUND)) for side, sign in _SIDES]
    ring = _Ring(
        tuple(f"hem-{side}-{number + 1}" for number, side, _ in around),
        tuple(f"{side}UpperLeg" for _, side, _ in around),
        np.array([sign * _AROUND[number] for number, _, sign in around]),
        hip,
        _HEM,
    )
    return _hung(hanging, ring)


def cape_chains(meshes: Sequence[AvatarMesh], rest: RestBody) -> Sway | None:
    """The chains of a cape, from below the shoulders down; None without one.

    Args:
        meshes: of a cape.
        rest: who wears it.
    """
    top = rest.joint("upperChest") + np.array([0.0, _BELOW_SHOULDERS_M, 0.0])
    names = tuple(f"cape-{number + 1}" for number in range(len(_BEHIND)))
    return _hung(meshes, _Ring(names, ("upperChest",) * len(names), _BEHIND, top, _CAPE))


def _hung(meshes: Sequence[AvatarMesh], ring: _Ring) -> Sway | None:
    """A ring of chains down cloth; None where none hangs far enough."""
    points = np.concatenate([np.zeros((0, 3)), *(mesh.positions for mesh in meshes)])
    points = points[points[:, 1] < ring.top[1]]
    length = float(ring.top[1] - points[:, 1].min(initial=ring.top[1]))
    if length < _SHORTEST_M:
        return None
    joints = int(np.clip(round(length / _SEGMENT_M), 1, _MOST_JOINTS))
    paths = np.stack([_path(points, azimuth, ring.top, length, joints) for azimuth in ring.azimuths])
    weights = {mesh.name: _weights(mesh.positions, ring, length, joints) for mesh in meshes}
    return Sway(ring.names, ring.parents, paths, ring.manner, weights)


def _hanging(meshes: Sequence[AvatarMesh], crotch: np.ndarray) -> list[AvatarMesh]:
    """The meshes of those pieces whose cloth crosses the body's middle below the crotch."""
    hung = {_piece(mesh) for mesh in meshes if _crosses(mesh, crotch)}
    return [mesh for mesh in meshes if _piece(mesh) in hung]


def _piece(mesh: AvatarMesh) -> str:
    return mesh.name.rpartition("-")[0]


def _crosses(mesh: AvatarMesh, crotch: np.ndarray) -> bool:
    low = mesh.positions[:, 1] < crotch[1]
    below = mesh.triangles[np.logical_and.reduce([low[corners] for corners in mesh.triangles.T])]
    x, _, z = np.moveaxis(mesh.positions[below], -1, 0)
    beyond = (np.abs(z - crotch[2]) > _APART_M).all(axis=1)
    if (~beyond & (np.abs(x).max(axis=1) < _BETWEEN_M)).any():
        return False  # cloth between the legs: of trousers on thighs that touch
    return bool((beyond & (x.min(axis=1) < _SEAM_M) & (x.max(axis=1) > -_SEAM_M)).any())


def _azimuths(points: np.ndarray, hip: np.ndarray) -> np.ndarray:
    """(N,) about the upright axis between the hip joints, 0 in front, positive on the left."""
    return np.arctan2(points[:, 0], points[:, 2] - hip[2])


def _path(points: np.ndarray, azimuth: float, hip: np.ndarray, length: float, joints: int) -> np.ndarray:
    """(J + 1, 3) down the cloth at one azimuth, from the hip joint's height to the hem."""
    heights = hip[1] - np.linspace(0.0, length, joints + 1)
    apart = np.angle(np.exp(1j * (_azimuths(points, hip) - azimuth)))
    near = 1.0 / (1.0 + (3.0 * (points[:, 1:2] - heights) * joints / length) ** 4 + (4.0 * apart[:, None]) ** 4)
    middle = (near.T @ points) / near.sum(axis=0)[:, None]
    return np.column_stack([middle[:, 0], heights, middle[:, 2]])


def _weights(points: np.ndarray, ring: _Ring, length: float, joints: int) -> np.ndarray:
    """(V, C, J): the cloth's share in each joint of the chains around it."""
    along = level_weights((ring.top[1] - points[:, 1]) * joints / length, joints, _FREE)
    return np.asarray(_shares(_azimuths(points, ring.top), ring.azimuths)[..., None] * along[:, None])


def _shares(at: np.ndarray, chains: np.ndarray) -> np.ndarray:
    """(N, C): each azimuth's share in the two chains it lies between, all around."""
    order = np.argsort(chains)
    ring = np.concatenate([chains[order], chains[order][:1] + 2.0 * np.pi])
    turned = np.where(at < ring[0], at + 2.0 * np.pi, at)
    place = np.interp(turned, ring, np.arange(len(ring)))
    apart = np.abs(place[:, None] - np.arange(len(chains)))
    shares = np.zeros((len(at), len(chains)))
    shares[:, order] = np.maximum(1.0 - np.minimum(apart, len(chains) - apart), 0.0)
    return shares


def earring_chains(meshes: Sequence[AvatarMesh], rest: RestBody) -> Sway | None:
    """A joint for each earring that dangles, at its lobe; None if there is none.

    Args:
        meshes: of a pair of earrings.
        rest: who wears them.
    """
    points = np.concatenate([mesh.positions for mesh in meshes]) if meshes else np.zeros((0, 3))
    if not len(points) or np.ptp(points[:, 1]) < _LEAST_DANGLE_M:
        return None
    paths = []
    for _, sign in _SIDES:
        own = points[sign * points[:, 0] > 0.0]
        top = own[own[:, 1].argmax()]
        paths.append(np.stack([top, [top[0], own[:, 1].min(), top[2]]]))
    sides = {mesh.name: np.stack([sign * mesh.positions[:, 0] > 0.0 for _, sign in _SIDES], axis=1) for mesh in meshes}
    weights = {name: side.astype(float)[..., None] for name, side in sides.items()}
    return Sway(("earring-left", "earring-right"), ("head", "head"), np.stack(paths), _EARRING, weights)
