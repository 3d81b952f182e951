"""ARKit's 52 expressions on one person's own face.

The data's offsets belong to the average face. Most of them suit every face; two kinds do not. A blink must close the lids of
this face, however far they stand apart, and a glance must turn this eyeball about its own middle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import sparse

from avatarkit.body.before_eyes import kept_before_eye
from avatarkit.body.body import Body, load_body
from avatarkit.body.calm_skin import calmed
from avatarkit.body.expression_rows import ExpressionRows
from avatarkit.body.lids import SIDES, lid_margins
from avatarkit.body.mouth_inside import hidden_inside
from avatarkit.body.stylised import Stretch, bold, stretched
from avatarkit.geometry import quaternions
from avatarkit.vocabulary.arkit import ARKIT_NAMES

LOOK_DEG: Mapping[str, float] = {"In": 24.0, "Out": 24.0, "Up": 12.0, "Down": 15.0}
"""How far a full glance turns the eyes; judged by eye against the lids' motion in the data, so that the iris stays in sight."""

_CALM = ("mouthSmileLeft", "mouthSmileRight")
"""Expressions that leave the cheeks of drawn faces without creases."""

_NOISE_M = 1.5e-4  # the targets reach far beyond what they are about by one step of their resolution, 0.1 mm
_OVERLAP_M = 0.0005  # how far the upper lid's edge comes to lie below the lower one's ...
_CLEARANCE = 1.02  # of the eyeball's radii: nearer to its middle no closed lid lies
_IN_FRONT_M = 0.0004  # ... and before it: edges of few vertices that only met would leave slits between them


@dataclass(frozen=True)
class LidClosing:
    """How the upper lid of one eye finds the lower one, linear in the face's vertices.

    Attributes:
        vertices: (N,) what moves with the upper lid: skin and socket.
        spread: (N, K) how much of the correction at each of the K points of the upper edge reaches each vertex.
        landing: (K, V) takes positions to the way from each point of the upper edge to where it lands on the lower one.
        overlap: (K, 3) metres, how far beyond that it goes.
        skin: (S,) those of `vertices` on the outside of the lids, without their edges.
    """

    vertices: np.ndarray
    spread: np.ndarray
    landing: sparse.csr_matrix
    overlap: np.ndarray
    skin: np.ndarray

    def closed(self, positions: np.ndarray, blink: np.ndarray, eyeball: np.ndarray, center: np.ndarray) -> np.ndarray:
        """(N, 3) metres: a blink that closes the lids before the eyeball.

        Args:
            positions: (V, 3) the face.
            blink: (N, 3) a blink that goes about as far.
            eyeball: (E, 3) its surface.
            center: (3,) its middle.
        """
        landed = np.array(positions, float)
        landed[self.vertices] += blink
        landed[self.vertices] += np.einsum("nk,kc->nc", self.spread, self.landing @ landed + self.overlap)
        skin = self.vertices[self.skin]
        landed[skin] = _outside(landed[skin], center, np.abs(eyeball - center).max(axis=0))
        return landed[self.vertices] - positions[self.vertices]


def _outside(points: np.ndarray, center: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Points (N, 3) in front of an ellipsoid, those within brought forward out of it."""
    away = (points - center) / (_CLEARANCE * radii)
    depth = np.sqrt(np.clip(1.0 - away[:, 0] ** 2 - away[:, 1] ** 2, 0.0, None))
    forward = np.where(depth > 0.0, np.maximum(depth - away[:, 2], 0.0), 0.0) * _CLEARANCE * radii[2]
    return points + forward[:, None] * [0.0, 0.0, 1.0]


def face_expressions(
    positions: np.ndarray,
    eye_centers: np.ndarray,
    body: Body | None = None,
    stretch: Stretch | None = None,
) -> ExpressionRows:
    """ARKit's expressions on one face.

    Args:
        positions: (V, 3) metres: the shaped body, head upright and facing +Z.
        eye_centers: (2, 3) metres: the joints of the left and the right eye.
        body: the loaded body, if at hand.
        stretch: of a stylised body, as in `BodyShape`.
    """
    body = body or load_body()
    template = _template()
    acted, radii = template.rows, np.ones((2, 3))
    if stretch is not None:  # an eyeball that is no ball turns within its own outline
        calm = acted.moving(acted.moves + stretch.bold * (template.calm - acted.moves))
        acted = stretched(calm, stretch, len(positions))
        radii = np.stack([stretch.mean_scales(_eyeball(side)) for side in SIDES])
    moves = acted.moves.copy()
    for number, side in enumerate(SIDES):
        place, eyeball, center = template.blinks[number], positions[_eyeball(side)], eye_centers[number]
        moves[place] = lid_closing(side).closed(positions, moves[place], eyeball, center)
        around = (eyeball - center) / radii[number]
        for glance, turn in zip(template.glances[number], look_turns(side).values(), strict=True):
            moves[glance] = np.einsum("ec,tc->et", around, turn - np.eye(3)) * radii[number]
    acted = acted.moving(moves)
    if stretch is not None:
        acted = _behind_closed_lips(bold(acted, stretch, len(positions)), positions)
        for side, center in zip(SIDES, eye_centers, strict=True):
            acted = kept_before_eye(acted, positions, _eyeball(side), center)
    return acted


def _behind_closed_lips(acted: ExpressionRows, positions: np.ndarray) -> ExpressionRows:
    """Expressions such that lips closed over an open jaw hide the mouth's inside: a flat face has hardly room for it."""
    closed = np.array(positions, float)
    for name in ("jawOpen", "mouthClose"):
        vertices, moves = acted.of(ARKIT_NAMES.index(name))
        closed[vertices] += moves
    closing = ARKIT_NAMES.index("mouthClose")
    rows, moves = slice(*acted.ends[closing : closing + 2]), acted.moves.copy()
    moves[rows] += (hidden_inside(closed) - closed)[acted.vertices[rows]]
    return acted.moving(moves)


@dataclass(frozen=True)
class _Template:
    """The data's offsets without noise.

    Attributes:
        rows: what each expression moves.
        blinks: which of its rows are those of the vertices of `lid_closing`, left and right.
        glances: which are those of the eyeball, left and right, in the order of `look_turns`.
        calm: (N, 3) metres: how the same vertices of a drawn face move.
    """

    rows: ExpressionRows
    calm: np.ndarray
    blinks: tuple[np.ndarray, ...]
    glances: tuple[tuple[np.ndarray, ...], ...]


@cache
def _template() -> _Template:
    body = load_body()
    columns = [_column(body, name) for name in ARKIT_NAMES]
    for offsets in columns:
        offsets[np.abs(offsets).max(axis=1) < _NOISE_M] = 0.0
    held = [np.abs(offsets).max(axis=1) > 0.0 for offsets in columns]
    blinks = [(f"eyeBlink{side.title()}", lid_closing(side).vertices) for side in SIDES]
    glances = [[(name, _eyeball(side)) for name in look_turns(side)] for side in SIDES]
    for name, vertices in (*blinks, *glances[0], *glances[1]):
        held[ARKIT_NAMES.index(name)][vertices] = True
    moved = [np.flatnonzero(mask) for mask in held]
    ends = np.cumsum([0, *map(len, moved)])
    moves = np.concatenate([offsets[vertices] for offsets, vertices in zip(columns, moved, strict=True)])
    drawn = [calmed(offsets) if name in _CALM else offsets for name, offsets in zip(ARKIT_NAMES, columns, strict=True)]
    calm = np.concatenate([offsets[vertices] for offsets, vertices in zip(drawn, moved, strict=True)])

    def place(name: str, vertices: np.ndarray) -> np.ndarray:
        number = ARKIT_NAMES.index(name)
        return np.asarray(ends[number] + np.searchsorted(moved[number], vertices))

    rows = ExpressionRows(ends, np.concatenate(moved), moves)
    return _Template(
        rows, calm, tuple(place(*each) for each in blinks), tuple(tuple(place(*g) for g in side) for side in glances)
    )


@cache
def look_turns(side: str) -> dict[str, np.ndarray]:
    """Expression -> rotation (3, 3) of the "left" or "right" eyeball at a full glance."""
    toward_nose = -1.0 if side == "left" else 1.0
    axes = {"In": (0, toward_nose, 0), "Out": (0, -toward_nose, 0), "Up": (-1, 0, 0), "Down": (1, 0, 0)}
    turns = {}
    for way, axis in axes.items():
        vector = np.radians(LOOK_DEG[way]) * np.array(axis, float)
        turns[f"eyeLook{way}{side.title()}"] = quaternions.to_matrix(quaternions.from_rotation_vector(vector))
    return turns


@cache
def _eyeball(side: str) -> np.ndarray:
    return np.unique(load_body().parts[f"eye-{side}"].quads)


def _column(body: Body, name: str) -> np.ndarray:
    """(V, 3) metres, one expression on the average face."""
    return body.expression_offsets[:, [ARKIT_NAMES.index(name)]].toarray().reshape(-1, 3).astype(float)


@cache
def lid_closing(side: str) -> LidClosing:
    """How the lids of the "left" or "right" eye close."""
    body = load_body()
    positions, blink = body.positions.astype(float), _column(body, f"eyeBlink{side.title()}")
    upper, lower = lid_margins(side)
    landed = positions + blink
    target = _along(_stations(positions[upper]), lower, _stations(positions[lower]), len(positions))
    leave = sparse.csr_matrix((np.ones(len(upper)), (np.arange(len(upper)), upper)), shape=target.shape)
    center = positions[_eyeball(side)].mean(axis=0)
    outward = target @ landed - center
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    travel = np.linalg.norm(blink[upper], axis=1, keepdims=True)
    share = np.clip(travel / travel.max() * 3.0, 0.0, 1.0)  # towards the corners the lids are one
    overlap = share * (_IN_FRONT_M * outward + _OVERLAP_M * np.array([0.0, -1.0, 0.0]))
    vertices, spread = _spread(side, upper, positions, blink)
    skin = np.flatnonzero(np.isin(vertices, np.setdiff1d(body.parts["head"].quads, np.union1d(upper, lower))))
    return LidClosing(vertices, spread, (target - leave).tocsr(), overlap, skin)


def _spread(side: str, upper: np.ndarray, positions: np.ndarray, blink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The vertices that follow the upper edge, and how much of the correction at each of its points (N, K) they take.

    A vertex takes as much of it as it takes of the edge's travel in the data, at most all.
    """
    body = load_body()
    quads = np.concatenate([body.parts[name].quads for name in ("head", f"socket-{side}")])
    moved = np.linalg.norm(blink, axis=1) > _NOISE_M
    moved &= positions[:, 0] * positions[upper[0], 0] > 0.0
    moved[upper] = True
    vertices = np.intersect1d(np.flatnonzero(moved), quads)
    columns = _smoothly_from(np.searchsorted(vertices, upper), vertices, quads, positions)
    edge = columns @ blink[upper]
    share = (blink[vertices] * edge).sum(axis=1) / np.maximum((edge * edge).sum(axis=1), 1e-12)
    return vertices, columns * np.clip(share, 0.0, 1.0)[:, None]


def _smoothly_from(fixed: np.ndarray, vertices: np.ndarray, quads: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """(N, K) weights that carry values known at some of the vertices to all of them, as heat spreads over the mesh.

    Args:
        fixed: (K,) which of `vertices` have known values.
        vertices: (N,) rising.
        quads: the mesh they are part of.
        positions: (V, 3).
    """
    edges = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    edges = edges[np.isin(edges, vertices).all(axis=1) & (edges[:, 0] != edges[:, 1])]
    lengths = np.linalg.norm(positions[edges[:, 0]] - positions[edges[:, 1]], axis=1)
    ends = np.searchsorted(vertices, edges)
    conduct = np.zeros((len(vertices), len(vertices)))
    conduct[ends[:, 0], ends[:, 1]] = conduct[ends[:, 1], ends[:, 0]] = 1.0 / lengths
    laplacian = np.diag(conduct.sum(axis=1) + 1e-9 * conduct.max()) - conduct
    free = np.setdiff1d(np.arange(len(vertices)), fixed)
    weights = np.zeros((len(vertices), len(fixed)))
    weights[fixed, np.arange(len(fixed))] = 1.0
    weights[free] = np.linalg.solve(laplacian[np.ix_(free, free)], -laplacian[np.ix_(free, fixed)])
    return weights


def _stations(points: np.ndarray) -> np.ndarray:
    """(P,) 0..1: how far along a line of points (P, 3) each of them is."""
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum()


def _along(values: np.ndarray, points: np.ndarray, stations: np.ndarray, count: int) -> sparse.csr_matrix:
    """(N, count) linear interpolation of `values` (N,) between `points` (P,), which stand at `stations` (P,)."""
    order = np.argsort(stations, kind="stable")
    points, stations = points[order], stations[order]
    after = np.clip(np.searchsorted(stations, values), 1, len(stations) - 1)
    share = (values - stations[after - 1]) / np.maximum(stations[after] - stations[after - 1], 1e-9)
    share = np.clip(share, 0.0, 1.0)
    rows = np.arange(len(values))
    entries = np.concatenate([1.0 - share, share])
    ends = np.concatenate([points[after - 1], points[after]])
    return sparse.csr_matrix((entries, (np.concatenate([rows, rows]), ends)), shape=(len(values), count))
