"""Where hair hangs free of the head: chains along tails and braids, and around the head along loose lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from avatarkit.avatar.avatar import AvatarMesh
from avatarkit.avatar.hair.directions import to_directions
from avatarkit.avatar.hair.gathered import tail_guide
from avatarkit.avatar.hair.make import body_obstacle
from avatarkit.avatar.hair.scalp import head_surface, points_towards
from avatarkit.avatar.hair.style import Gather
from avatarkit.avatar.hair.styles import HAIR_STYLES
from avatarkit.avatar.sway import Manner, Sway, level_weights
from avatarkit.body.rest import RestBody
from avatarkit.geometry.nearest import tree_of

_SHORTEST_M = 0.045
"""Loose hair that reaches less far below where it leaves the head does not swing."""
_SEGMENT_M, _MOST_JOINTS = 0.085, 4
"""A joint's length of hair, and the most of one chain."""
_SECTORS = np.radians((167.0, -167.0, 62.0, -62.0, 138.0, -138.0, 108.0, -108.0))
"""Azimuths of loose hair's chains, those seen most first. None before the face, which would tie its two
sides together; none right over a shoulder, from which hair falls to the front or to the back."""
_LEAST_SHARE = 0.02  # of the loose vertices: a sector with less has no chain
_LONGEST = 0.97  # quantile: a few straggling hairs do not lengthen a chain
_LEAVES_M = 0.004  # above the eyes' height: there loose hair leaves the head
_LOWER = 0.5  # share of a lock, from its tip, that tells where it hangs
_LYING_M = 0.03  # locks that stay nearer to the head lie on it
_NAPE_M = 0.05  # below the head's joint, down to where hair grows
_TIE_M = 0.012  # of a tail at its tie that does not swing
_ROOTED = 0.9  # of a segment over which loose hair goes over from the head's to its chain's movement
_SHARPNESS = 3.0  # how narrow a level's hair is taken, against a segment
_IN_TAIL = 0.85  # share of a lock's vertices near a tail's middle that makes it part of the tail

_LOOSE = Manner(0.95, 0.4, 0.4, 0.012, ("head", "neck", "upperChest", "chest"))
_TAIL = Manner(0.6, 0.35, 0.45, 0.018, ("head", "neck", "upperChest", "chest"))


def hair_chains(meshes: Sequence[AvatarMesh], style: str, rest: RestBody, worn: Sequence[AvatarMesh] = ()) -> list[Sway]:
    """The chains of finished hair.

    Args:
        meshes: of `make_hair`, whatever was cut off them since.
        style: one of `HAIR_STYLES`.
        rest: the body that wears it.
        worn: the clothes that it was made to fall over.
    """
    chosen = HAIR_STYLES[style]
    locks = {mesh.name: _locks(mesh) for mesh in meshes if mesh.name != "hair-cap"}
    tails = [gather for gather in chosen.gathers if gather.kind != "bun"]
    swaying = [mesh for mesh in meshes if mesh.name in locks]
    if not swaying or not (chosen.hangs or tails):
        return []
    free = {mesh.name: np.ones(len(mesh.positions), bool) for mesh in swaying}
    if chosen.gathers:
        skin = _clearance(rest)
        free = {mesh.name: _reach(locks[mesh.name], np.asarray(skin.query(mesh.positions)[0])) > _LYING_M for mesh in swaying}
    sways, guides = [], _guides(tails, rest, worn)
    for number, (gather, guide) in enumerate(zip(tails, guides, strict=True)):
        within = 0.5e-3 * gather.thickness_mm + 1e-3 * gather.curl_mm + 0.025
        along = {mesh.name: _along(guide, mesh.positions) for mesh in swaying}
        held = {name: free[name] & _near(away, locks[name], within) for name, (_, away) in along.items()}
        free = {name: free[name] & ~held[name] for name in free}
        sways.append(_tail_sway(f"tail{number + 1}", guide, {name: way for name, (way, _) in along.items()}, held))
    of_locks = [mesh for mesh in swaying if mesh.name != "hair-solid"]  # buns and ties are solid
    loose = _loose_sway(of_locks, locks, free, rest) if chosen.hangs and of_locks else None
    return [*sways, loose] if loose is not None else sways


def _locks(mesh: AvatarMesh) -> np.ndarray:
    """(V,) which lock each vertex belongs to: what triangles join."""
    ends = mesh.triangles[:, [0, 1, 1, 2]].reshape(-1, 2).T
    count = len(mesh.positions)
    joined = sparse.coo_matrix((np.ones(ends.shape[1], np.int8), (ends[0], ends[1])), shape=(count, count))
    return np.asarray(connected_components(joined, directed=False)[1])


def _clearance(rest: RestBody) -> cKDTree:
    """The head's skin down to the nape, to measure how far hair is from it."""
    skin = rest.positions[rest.positions[:, 1] > rest.joint("head")[1] - _NAPE_M]
    return tree_of(skin[::3])


def _reach(locks: np.ndarray, clearance: np.ndarray) -> np.ndarray:
    """(V,) the most that any of a vertex's lock is away from the head."""
    most = np.zeros(locks.max(initial=0) + 1)
    np.maximum.at(most, locks, clearance)
    return np.asarray(most[locks])


def _near(away: np.ndarray, locks: np.ndarray, within: float) -> np.ndarray:
    """(V,) whether a vertex's lock runs along a tail's middle, from which its vertices are so far away (V,)."""
    near = away < within
    return np.asarray(np.bincount(locks, near) / np.maximum(np.bincount(locks), 1) > _IN_TAIL)[locks]


def _along(guide: np.ndarray, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N,) how far along a curve (P, 3) the nearest of its places lies, metres; and (N,) how far away it is."""
    start, step = guide[:-1], np.diff(guide, axis=0)
    lengths = np.linalg.norm(step, axis=1)
    from_start = positions[:, None] - start
    share = np.clip(np.einsum("npc,pc->np", from_start, step) / np.maximum(lengths**2, 1e-12), 0.0, 1.0)
    from_start -= share[..., None] * step
    away = np.sqrt(np.einsum("npc,npc->np", from_start, from_start))
    nearest = away.argmin(axis=1)
    rows = np.arange(len(positions))
    before = np.concatenate([[0.0], np.cumsum(lengths)])
    return before[nearest] + share[rows, nearest] * lengths[nearest], away[rows, nearest]


def _guides(tails: Sequence[Gather], rest: RestBody, worn: Sequence[AvatarMesh]) -> list[np.ndarray]:
    """The middles (P, 3) of tails and braids."""
    if not tails:
        return []
    surface, obstacle = head_surface(np.asarray(rest.positions, float)), body_obstacle(rest, worn)
    places, outward = surface.at(points_towards(to_directions(*np.radians([gather.at_deg for gather in tails]).T)))
    return [tail_guide(*each, obstacle, surface.scale) for each in zip(tails, places, outward, strict=True)]


def _tail_sway(name: str, guide: np.ndarray, along: Mapping[str, np.ndarray], held: Mapping[str, np.ndarray]) -> Sway:
    """The chain of a tail; `along` (V,) is how far along the guide a mesh's vertices lie, `held` which of them it carries."""
    length = float(np.linalg.norm(np.diff(guide, axis=0), axis=1).sum())
    joints = _joint_count(length)
    path = _places(guide, np.linspace(0.0, 1.0, joints + 1))
    weights = {}
    for mesh, way in along.items():
        level = (way - _TIE_M) * joints / (length - _TIE_M)
        weights[mesh] = (level_weights(level, joints) * held[mesh][:, None])[:, None]
    return Sway((f"hair-{name}",), ("head",), path[None], _TAIL, weights)


def _places(curve: np.ndarray, share: np.ndarray) -> np.ndarray:
    """(N, 3) places on a curve (P, 3) at shares (N,) of its length."""
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    return np.stack([np.interp(share, way / way[-1], curve[:, axis]) for axis in range(3)], axis=-1)


def _joint_count(length: float) -> int:
    return int(np.clip(round(length / _SEGMENT_M), 1, _MOST_JOINTS))


def _loose_sway(
    meshes: Sequence[AvatarMesh], locks: Mapping[str, np.ndarray], free: Mapping[str, np.ndarray], rest: RestBody
) -> Sway | None:
    top = rest.joint("leftEye")[1] + _LEAVES_M
    points = np.concatenate([mesh.positions[free[mesh.name]] for mesh in meshes])
    drop = top - points[:, 1]
    if not (drop > _SHORTEST_M).any():
        return None
    middle = rest.joint("head")
    azimuths = {mesh.name: _lock_azimuths(mesh, locks[mesh.name], middle, top) for mesh in meshes}
    around = np.concatenate([azimuths[mesh.name][free[mesh.name]] for mesh in meshes])
    sectors = _sectors(around[drop > _SHORTEST_M])
    shares = _sector_shares(around, sectors)
    lengths = np.array([_length(drop, share) for share in shares.T])
    joints = _joint_count(float(lengths.max()))
    paths = np.stack([_path(points, top, share, length, joints) for share, length in zip(shares.T, lengths, strict=True)])
    weights = {}
    for mesh in meshes:
        below = top - mesh.positions[:, 1]
        own = _sector_shares(azimuths[mesh.name], sectors) * free[mesh.name][:, None]
        levels = [level_weights(below * joints / length, joints, _ROOTED) for length in lengths]
        weights[mesh.name] = own[..., None] * np.stack(levels, axis=1)
    names = tuple(f"hair-{number + 1}" for number in range(len(sectors)))
    return Sway(names, ("head",) * len(names), paths, _LOOSE, weights)


def _lock_azimuths(mesh: AvatarMesh, locks: np.ndarray, middle: np.ndarray, top: float) -> np.ndarray:
    """(V,) on which side of the head, about the upright axis through `middle` (3,), the lower part of each vertex's lock is."""
    low, high = np.full(locks.max() + 1, np.inf), np.full(locks.max() + 1, -np.inf)
    np.minimum.at(low, locks, mesh.positions[:, 1])
    np.maximum.at(high, locks, mesh.positions[:, 1])
    lower = mesh.positions[:, 1] < (low + _LOWER * (np.minimum(high, top) - low))[locks] + 1e-4
    sums = [np.bincount(locks, lower * (mesh.positions[:, axis] - middle[axis])) for axis in (0, 2)]
    return np.asarray(np.arctan2(sums[0], sums[1])[locks])


def _sectors(azimuths: np.ndarray) -> np.ndarray:
    """Those of the sectors that have hair."""
    counts = _sector_shares(azimuths, _SECTORS).sum(axis=0)
    return np.asarray(_SECTORS[counts > _LEAST_SHARE * counts.sum()])


def _sector_shares(azimuths: np.ndarray, sectors: np.ndarray) -> np.ndarray:
    """(N, C): each azimuth's share in the two sectors it lies between; nothing passes before the face."""
    behind = np.mod(azimuths, 2.0 * np.pi)  # 0 before the face, pi behind the head
    at = np.sort(np.mod(sectors, 2.0 * np.pi))
    order = np.argsort(np.mod(sectors, 2.0 * np.pi))
    place = np.interp(behind, at, np.arange(len(at)))
    shares = np.zeros((len(azimuths), len(at)))
    shares[:, order] = np.maximum(1.0 - np.abs(place[:, None] - np.arange(len(at))), 0.0)
    return shares


def _length(drop: np.ndarray, share: np.ndarray) -> float:
    """How far a sector's hair hangs, metres."""
    own = drop[share > 0.5 * share.max()]
    return float(max(np.quantile(own, _LONGEST), _SHORTEST_M))


def _path(points: np.ndarray, top: float, share: np.ndarray, length: float, joints: int) -> np.ndarray:
    """(J + 1, 3) the middle of a sector's hair, from where it leaves the head to its end."""
    heights = top - np.linspace(0.0, length, joints + 1)
    apart = (points[:, 1:2] - heights) * joints / length
    near = share[:, None] ** 3 / (1.0 + (_SHARPNESS * apart) ** 4)  # never 0: a level without hair takes the nearest
    middle = (near.T @ points) / near.sum(axis=0)[:, None]
    return np.column_stack([middle[:, 0], heights, middle[:, 2]])
