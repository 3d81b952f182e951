"""A pattern put on a person: eased off the skin, hung, smoothed, folded, laid over what is below, hemmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from avatarkit.avatar.once import kept
from avatarkit.avatar.outfit.legs import leg_length, legs_radius, ring_hull
from avatarkit.avatar.outfit.pattern import SHELL, Edge, Fall, Hang, Panel, Pattern, at_edge, grid_triangles
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody
from avatarkit.geometry.meshes import lengths, vertex_normals
from avatarkit.geometry.nearest import tree_of

_SMOOTHING_STEPS, _SMOOTHING = 15, 0.6
_GAP_M = 0.003  # between the two legs' cloth
_LAYER_GAP_M, _LAYER_REACH_M = 0.006, 0.045
_FOLLOWS_M, _LEAVES_M, _EVENING = 0.060, 0.025, 2  # cloth nearer than this moves with what it lies on
_LIFTS, _LAYER_POINTS, _SAME_M = 5, 4, 1e-4
_HANGS_FREE, _HANGS_CLOSE = 0.25, 0.05  # of the leg: cloth that hangs lower leaves what is under it, no lower it keeps to it
_DEEP_M = 0.006  # and what stands out more than this is beside a fold
_BESIDE_M = 0.010  # skin farther than this beside its nearest cloth is not under it
_SKIN_GAP_M = 0.0025  # cloth above skin, at least
_SPREAD = 3
_DEEPER = 0.9  # of folds' height, more in how they are lit
_WITH_SKIN_M, _UNDER_POINT_M = 0.025, 0.003
_SHEET = ("points", "normals", "joints", "weights")
_EVEN_WAYS = 6  # cloth does not follow the skin's way into hollows
_SPANS = 0.25  # of its height, over which a tube comes to span hollows
_PRESSED_M = 0.003  # off the body, under other clothes
_TAUT_STEPS = 40


@dataclass(frozen=True)
class Cloth:
    """Triangles of a worn garment: (V, ...) arrays, (T, 3) triangles; `pattern_point` (V,) is where each vertex comes from.

    `turned_in` (V,) bool: it is seen behind a hem only.
    """

    positions: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray
    triangles: np.ndarray
    pattern_point: np.ndarray
    turned_in: np.ndarray


@dataclass(frozen=True)
class Sheet:
    """What lies under a garment: points (K, 3) of the other ones, metres, their unit normals, and what carries them, (K, 4)."""

    points: np.ndarray
    normals: np.ndarray
    joints: np.ndarray
    weights: np.ndarray

    @cached_property
    def tree(self) -> cKDTree:
        """Of its points."""
        return tree_of(self.points)


def as_one(sheets: Sequence[Sheet]) -> Sheet | None:
    """All points of some sheets; None of none."""
    return Sheet(*(np.concatenate([getattr(sheet, name) for sheet in sheets]) for name in _SHEET)) if sheets else None


def draped(pattern: Pattern, rest: RestBody, below: Sheet | None = None, pressed: np.ndarray | None = None) -> np.ndarray:
    """A garment's points (N, 3) on a person, metres.

    Args:
        pattern: the garment.
        rest: who wears it.
        below: what it is worn over.
        pressed: (N,) 0..1, how much what is worn over it presses each point onto the body.
    """
    positions = np.asarray(rest.positions, float)
    shell_normals = _normals(rest, SHELL)
    outward = pattern.points.on(shell_normals)
    for _ in range(_EVEN_WAYS):
        outward = 0.5 * outward + 0.5 * (pattern.around @ outward)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    shell = pattern.points.rounded(positions, shell_normals, outward)
    drop = pattern.drop_m + pattern.fallen * leg_length(rest)
    shell = shell - drop[:, None] * [0.0, 1.0, 0.0]
    cloth = shell + pattern.ease_m[:, None] * outward
    for panel in pattern.panels:
        if panel.fall:
            _hang(panel, panel.fall, cloth)
        if panel.hang:
            _hang_about_legs(panel, panel.hang, cloth, rest)
    on_body = pattern.fallen == 0
    for step in range(_SMOOTHING_STEPS):
        cloth += _SMOOTHING * (pattern.around @ cloth - cloth)
        if step % 3 == 2:
            _keep_off(pattern, cloth, shell, outward, on_body)
    triangles = pattern.triangles
    cloth += pattern.fold_m[:, None] * vertex_normals(cloth, triangles)
    _keep_off(pattern, cloth, shell, outward, on_body)
    if pressed is not None:
        close = shell + np.minimum(pattern.ease_m, _PRESSED_M)[:, None] * outward
        cloth += (on_body * pressed)[:, None] * (close - cloth)
    _clear_skin(pattern, cloth, positions, triangles)
    if below is not None:
        _lift(pattern, cloth, below)
    return cloth


def _hang(panel: Panel, fall: Fall, cloth: np.ndarray) -> None:
    """Let a tube fall from its widest places, in place."""
    rows = panel.corners[:, :-1] if panel.closed else panel.corners
    if panel.hang:
        rows = rows[: panel.hang.from_row + 1]
    grid = cloth[rows]
    height = grid[..., 1]
    centre = 0.5 * (grid[2:].min(axis=1) + grid[2:].max(axis=1))
    axis = np.stack([np.poly1d(np.polyfit(centre[:, 1], centre[:, k], 1))(height) for k in (0, 2)], axis=-1)
    from_axis = grid[..., [0, 2]] - axis
    radius = np.linalg.norm(from_axis, axis=-1)
    outward = from_axis / np.maximum(radius, 1e-6)[..., None]
    fallen = np.linspace(0.0, 1.0, len(rows))[:, None]
    if not panel.side:
        spanned = np.clip(fallen / _SPANS, 0.0, 1.0) * np.clip((1.0 - fallen) / _SPANS, 0.0 if fall.forked else 1.0, 1.0)
        radius = radius + spanned * np.maximum(ring_hull(from_axis, outward) - radius, 0.0)
    if fall.end_share is not None:
        mean = radius[3].mean()
        straight = mean * (1.0 + (fall.end_share - 1.0) * fallen)
        radius = np.maximum(radius, straight * np.clip(fallen / 0.15, 0.0, 1.0))
    for row in range(1 + int(fall.start * len(rows)), len(rows)):
        drop = np.maximum(height[row - 1] - height[row], 0.0)
        radius[row] = np.maximum(radius[row], radius[row - 1] - fall.taper * drop)
    cloth[rows[1:], 0] = (axis[..., 0] + outward[..., 0] * radius)[1:]
    cloth[rows[1:], 2] = (axis[..., 1] + outward[..., 1] * radius)[1:]
    if panel.side:
        cloth[rows[1:], 0] = panel.side * np.maximum(panel.side * cloth[rows[1:], 0], _GAP_M)


def _hang_about_legs(panel: Panel, hang: Hang, cloth: np.ndarray, rest: RestBody) -> None:
    """Let the lower rows of a tube hang from the hips, taut over whatever of the legs they touch; in place."""
    rows = panel.corners[hang.from_row :]
    ring = cloth[rows[0]][:, [0, 2]]
    centre = 0.5 * (ring.min(axis=0) + ring.max(axis=0))
    radius = np.linalg.norm(ring - centre, axis=1)
    outward = (ring - centre) / radius[:, None]
    heights = cloth[rows, 1]
    fallen = heights[0] - heights
    needed = legs_radius(rest, heights.mean(axis=1), centre, outward) + hang.ease_m
    radii = np.maximum(radius + hang.flare * fallen, needed)
    radii[0] = radius
    for _ in range(_TAUT_STEPS):
        radii[1:-1] = np.maximum(radii[1:-1], 0.5 * (radii[:-2] + radii[2:]))
    cloth[rows[1:], 0] = (centre[0] + radii * outward[:, 0])[1:]
    cloth[rows[1:], 2] = (centre[1] + radii * outward[:, 1])[1:]


def _keep_off(pattern: Pattern, cloth: np.ndarray, shell: np.ndarray, outward: np.ndarray, on_body: np.ndarray) -> None:
    """Push cloth out to its least distance from the shell, in place."""
    short = pattern.ease_m - np.einsum("ij,ij->i", cloth - shell, outward)
    cloth += (on_body * np.maximum(short, 0.0))[:, None] * outward


def _clear_skin(pattern: Pattern, cloth: np.ndarray, positions: np.ndarray, triangles: np.ndarray) -> None:
    """Push cloth off skin that can be seen beside it, in place."""
    skin = positions[pattern.skin]
    for nearest in (False, True):
        normals = vertex_normals(cloth, triangles)
        over = np.asarray(tree_of(cloth).query(skin)[1]) if nearest else pattern.over_skin
        push = np.zeros(len(cloth))
        way = skin - cloth[over]
        depth = np.einsum("ij,ij->i", way, normals[over])
        beside = lengths(way - depth[:, None] * normals[over])
        np.maximum.at(push, over, np.where(nearest & ((beside > _BESIDE_M) | (depth > _DEEP_M)), 0.0, _SKIN_GAP_M + depth))
        for _ in range(_SPREAD):
            push = np.maximum(push, pattern.around @ push)
        cloth += push[:, None] * normals


def _lift(pattern: Pattern, cloth: np.ndarray, below: Sheet) -> None:
    """Push a garment off those below it, in place."""
    short, way = np.zeros(len(cloth)), np.zeros_like(cloth)
    moved = np.arange(len(cloth))  # the others lie where they lay
    for _ in range(_LIFTS):
        short[moved], way[moved] = _over(cloth[moved], below.tree, below.normals)
        low = np.flatnonzero(short > 0.0)
        low = low[(way[low] * vertex_normals(cloth, pattern.triangles)[low]).sum(axis=1) > 0.0]
        push = np.zeros_like(cloth)
        push[low] = short[low, None] * way[low]
        even = pattern.around @ push
        length, evened = (np.einsum("ij,ij->i", each, each) for each in (push, even))
        step = np.where((length > evened)[:, None], push, even)
        moved = np.flatnonzero(np.maximum(length, evened) > 0.0)
        if not len(moved):
            return
        cloth[moved] += step[moved]


def _over(cloth: np.ndarray, below: cKDTree, normals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N,) how much farther off points below, with normals (K, 3), cloth (N, 3) ought to be, and the way there (N, 3)."""
    distance, nearest = map(np.asarray, below.query(cloth, k=_LAYER_POINTS, distance_upper_bound=_LAYER_REACH_M))
    short, way = np.zeros(len(cloth)), np.zeros_like(cloth)
    near = np.flatnonzero(np.isfinite(distance[:, 0]))
    found = np.isfinite(distance[near])
    nearest = np.where(found, nearest[near], nearest[near, :1])
    share = np.where(found, 1.0 / np.maximum(distance[near], _SAME_M), 0.0)
    share /= share.sum(axis=1, keepdims=True)
    facing = np.take(normals, nearest, axis=0)
    above = np.einsum("nkc,nkc->nk", cloth[near, None] - np.take(below.data, nearest, axis=0), facing)
    ahead = np.einsum("nk,nkc->nc", share, facing)
    way[near] = ahead / np.maximum(np.sqrt(np.einsum("nc,nc->n", ahead, ahead)), _SAME_M)[:, None]
    short[near] = np.maximum(_LAYER_GAP_M - np.einsum("nk,nk->n", share, above), 0.0)
    return short, way


def followed(pattern: Pattern, cloth: np.ndarray, rest: RestBody, below: Sheet | None) -> np.ndarray:
    """(N, J) shares of the joints that carry a garment's points.

    Near hems, where skin is left under it, it moves as the skin does; where it lies close on other clothes, as those do.
    """
    count = len(load_body().joint_names)
    carried = dense_weights(pattern.joints, pattern.weights, count)
    normals = _normals(rest, "body")
    for side in (-1, 0, 1):
        own = np.flatnonzero((pattern.sides == side) & (pattern.with_skin > 0.0))
        if not len(own):
            continue
        tree = _tree_beside(rest, side)
        distance, points = _nearest(cloth[own], tree, 2.0 * _WITH_SKIN_M)
        near = pattern.with_skin[own] * np.clip(2.0 - distance[:, 0] / _WITH_SKIN_M, 0.0, 1.0)
        moved = np.flatnonzero(near > 0.0)
        own, near = own[moved], near[moved]
        points = _whole(points[moved], distance[moved], cloth[own], tree)
        shares = _shares_below(cloth[own], tree, normals[_skin_beside(side)], points)
        carrying = _of_points(shares, _skin_beside(side)[points], len(pattern.carriers)) @ pattern.carriers
        carried[own] += near[:, None] * (carrying - carried[own])
    if below is None:
        return carried
    distance, nearest = _nearest(cloth, below.tree, _FOLLOWS_M)
    close = _close_on(pattern, distance[:, 0])
    own = np.flatnonzero(close > 0.0)
    points = _whole(nearest[own], distance[own], cloth[own], below.tree)
    shares = _shares_below(cloth[own], below.tree, below.normals, points)
    theirs = dense_weights(below.joints[points], shares[..., None] * below.weights[points], count)
    carried[own] += close[own, None] * (theirs - carried[own])
    return carried


def _nearest(cloth: np.ndarray, points: cKDTree, reach_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Distances (N, P) to the points that lie nearest to cloth (N, 3), inf beyond a reach, and which these are."""
    distance, nearest = points.query(cloth, k=_LAYER_POINTS, distance_upper_bound=reach_m)
    return np.asarray(distance), np.asarray(nearest)


def _whole(nearest: np.ndarray, distance: np.ndarray, cloth: np.ndarray, points: cKDTree) -> np.ndarray:
    """(N, P) the same points as `_nearest` tells, and those beyond its reach."""
    few = np.flatnonzero(np.isinf(distance[:, -1]))
    if len(few):
        nearest[few] = points.query(cloth[few], k=_LAYER_POINTS)[1]
    return nearest


def _close_on(pattern: Pattern, distance: np.ndarray) -> np.ndarray:
    """(N,) 0..1: how much cloth moves with the other clothes that it lies on, so far away (N,)."""
    close = np.clip((_FOLLOWS_M - np.minimum(distance, _FOLLOWS_M)) / _LEAVES_M, 0.0, 1.0)
    close *= np.clip((_HANGS_FREE - pattern.fallen) / (_HANGS_FREE - _HANGS_CLOSE), 0.0, 1.0)
    for _ in range(_EVENING):
        close = 0.5 * close + 0.5 * (pattern.around @ close)
    return close


@cache
def _skin_beside(side: int) -> np.ndarray:
    """Body vertices of the left half (1), the right one (-1) or both (0): thighs that touch do not carry each other's cloth."""
    body = load_body()
    skin = np.unique(body.parts["body"].quads)
    return skin[side * body.positions[skin, 0] >= 0.0]


@kept(6)
def _tree_beside(rest: RestBody, side: int) -> cKDTree:
    """Of `_skin_beside` on one person."""
    return tree_of(np.asarray(rest.positions, float)[_skin_beside(side)])


@kept(4)
def _normals(rest: RestBody, part: str) -> np.ndarray:
    """(V, 3) unit normals of a part of one person's body."""
    return vertex_normals(np.asarray(rest.positions, float), load_body().parts[part].triangles)


def _shares_below(cloth: np.ndarray, points: cKDTree, normals: np.ndarray, nearest: np.ndarray) -> np.ndarray:
    """Shares (N, P) of those points `nearest` (N, P), of a tree with normals (K, 3), that lie below cloth (N, 3)."""
    facing = np.take(normals, nearest, axis=0)
    way: np.ndarray = cloth[:, None] - np.take(points.data, nearest, axis=0)
    beside = way - np.einsum("nkc,nkc->nk", way, facing)[..., None] * facing
    near = 1.0 / (np.einsum("nkc,nkc->nk", beside, beside) + _UNDER_POINT_M**2)
    return near / near.sum(axis=1, keepdims=True)


def _of_points(shares: np.ndarray, points: np.ndarray, count: int) -> sparse.csr_matrix:
    """(N, count) matrix of shares (N, P) of points (N, P)."""
    starts = np.arange(0, points.size + 1, points.shape[1])
    return sparse.csr_matrix((shares.ravel(), points.ravel(), starts), shape=(len(shares), count))


def dense_weights(joints: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """(N, count) of joints and weights (N, ...)."""
    rows = np.arange(len(joints)).reshape(-1, *(1,) * (joints.ndim - 1))
    return np.bincount((count * rows + joints).ravel(), weights.ravel(), count * len(joints)).reshape(-1, count)


def sewn(pattern: Pattern, cloth: np.ndarray) -> Cloth:
    """A garment's draped points (N, 3) as one mesh of all panels and their turned-in hems.

    Vertices are shared within a panel only, as texture coordinates want; normals are smooth across panels.
    """
    triangles = pattern.triangles
    normals = shaded_normals(pattern, cloth, triangles)
    pieces = [_outer(panel, cloth, normals) for panel in pattern.panels]
    pieces += [_hem(panel, edge, cloth, normals, pattern.hem_m) for panel in pattern.panels for edge in panel.hems]
    starts = np.cumsum([0, *(len(piece.positions) for piece in pieces)])
    all_triangles = np.concatenate([p.triangles + start for p, start in zip(pieces, starts[:-1], strict=True)])
    arrays = [np.concatenate([getattr(p, name) for p in pieces]) for name in ("positions", "normals", "uvs")]
    sources = np.concatenate([p.pattern_point for p in pieces])
    turned_in = np.concatenate([p.turned_in for p in pieces])
    return Cloth(arrays[0], arrays[1], arrays[2], all_triangles, sources, turned_in)


def shaded_normals(pattern: Pattern, cloth: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N, 3) unit normals of cloth whose folds look deeper than there is room for."""
    deeper = cloth + _DEEPER * pattern.fold_m[:, None] * vertex_normals(cloth, triangles)
    return vertex_normals(deeper, triangles)


def _outer(panel: Panel, cloth: np.ndarray, normals: np.ndarray) -> Cloth:
    numbers = panel.corners.reshape(-1)
    own = np.arange(numbers.size).reshape(panel.corners.shape)
    return Cloth(
        cloth[numbers], normals[numbers], panel.uvs.reshape(-1, 2), grid_triangles(own), numbers, np.zeros(len(numbers), bool)
    )


def _hem(panel: Panel, edge: Edge, cloth: np.ndarray, normals: np.ndarray, thick_m: float) -> Cloth:
    """The edge of the cloth and the face that is turned in behind it."""
    rim, behind, end = at_edge(panel.corners, edge)
    out = cloth[rim] - cloth[behind]
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    inner = cloth[rim] - thick_m * normals[rim]
    deep = cloth[end] - 1.5 * thick_m * normals[end]
    rows = np.stack([cloth[rim], inner, inner, deep])
    facing = np.stack([out, out, -normals[rim], -normals[rim]])
    own = np.arange(rows.shape[0] * rows.shape[1]).reshape(rows.shape[:2])
    if edge in ("top", "last"):  # seen from outside these run the other way round
        own = own[::-1]
    triangles = np.concatenate([grid_triangles(own[:2]), grid_triangles(own[2:])])
    rim_uvs, behind_uvs, end_uvs = at_edge(panel.uvs, edge)
    step = rim_uvs - behind_uvs
    step /= np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-9)
    reach = np.linalg.norm(rim_uvs - end_uvs, axis=1).mean()
    depth = np.array([0.0, thick_m, thick_m, thick_m + reach])
    uvs = rim_uvs[None] + depth[:, None, None] * step
    return Cloth(
        rows.reshape(-1, 3),
        facing.reshape(-1, 3),
        uvs.reshape(-1, 2),
        triangles,
        np.tile(rim, len(rows)),
        np.repeat([False, False, True, True], len(rim)),
    )
