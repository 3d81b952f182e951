"""A closed mouth: the data's lips stand a little apart, and some sliders part them more; teeth would show at rest.

Thin lips that smile are pushed into each other instead, and the lower one would hide where they meet. And teeth that show as
soon as the lips part: the data's upper ones end above the upper lip's edge.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.unfold import unfolded

_OVERLAP_M = 0.0004  # lips that only met would leave slits between their few vertices
_MOST_M = 0.004  # a wider gap is no accident of the data
_LEAST_RISE_M = (-0.0002, 0.0004, 0.0009)  # of the lip's front over where it meets the other: rings from the third
_MOST_OVERLAP_M = 0.0008  # lips rest on each other about so far
_SHOWN = 0.28  # of the height of upper teeth and gum lies below the upper lip: about the 4 mm that a smile begins with
_FRONT = 0.1  # of the teeth's depth: the incisors
_CORNER = 0.06  # of the mouth's width, at either end: what moves there fades to nothing, as the lips are one at the corners
_FOLLOW = (1.0, 1.0, 0.75, 0.4, 0.15)  # how much of the way each ring of vertices goes, from the inside of the lips outward
# The same where lips are pushed apart, which thin ones would fold at.
_GIVE_WAY = (1.0, 1.0, 0.95, 0.87, 0.76, 0.62, 0.47, 0.32, 0.18, 0.07)
_UNCURLED = (0.0, 0.0, 0.4, 0.8, 1.0, 0.85, 0.65, 0.45, 0.25, 0.1)  # and where a lip hangs over


def closed_lips(positions: np.ndarray) -> np.ndarray:
    """Positions (V, 3), metres, with lips drawn together that stand apart, and apart that overlap; all else stays."""
    upper, lower = lips()
    gap = positions[upper.edge, 1] - np.interp(
        positions[upper.edge, 0], *_rising(positions[lower.edge, 0], positions[lower.edge, 1])
    )
    closed = positions.copy()
    together, apart = np.clip(gap + _OVERLAP_M, 0.0, _MOST_M), np.clip(-gap - _MOST_OVERLAP_M, 0.0, _MOST_M)
    for way, follow in ((0.5 * together, _FOLLOW), (-0.5 * apart, _GIVE_WAY)):
        stations = _fading(*_rising(positions[upper.edge, 0], way))
        for lip, sign in ((upper, -1.0), (lower, 1.0)):
            rows, share = lip.shared(follow)
            closed[rows, 1] += sign * share * np.interp(positions[rows, 0], *stations, left=0.0, right=0.0)
    _uncurl(closed, upper, 1.0)
    _uncurl(closed, lower, -1.0)
    return unfolded(positions, closed)


def _uncurl(positions: np.ndarray, lip: _Lip, outward: float) -> None:
    """Draw a lip up that hangs over its own edge, in place: the edge, and the line painted along it, would hide behind it."""
    edge = _rising(positions[lip.edge, 0], positions[lip.edge, 1])
    lack = np.zeros(len(lip.edge))
    for ring, rise in zip(lip.rings[2:], _LEAST_RISE_M, strict=False):
        line = np.interp(edge[0], *_rising(positions[ring, 0], positions[ring, 1]))
        lack = np.maximum(lack, rise - outward * (line - edge[1]))
    rows, share = lip.shared(_UNCURLED)
    way = np.interp(positions[rows, 0], *_fading(edge[0], np.minimum(lack, _MOST_M)), left=0.0, right=0.0)
    positions[rows, 1] += outward * share * way


def _fading(x: np.ndarray, way: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rising places (N,) along a mouth, and ways (N,) there that fade towards its corners: full ones would fold the skin."""
    from_corner = np.minimum(x - x[0], x[-1] - x) / (_CORNER * (x[-1] - x[0]))
    return x, way * np.minimum(from_corner, 1.0)


def hung_teeth(positions: np.ndarray) -> np.ndarray:
    """Positions (V, 3), metres, of a closed mouth with the upper teeth so low that they show when it opens; all else stays."""
    teeth, edge = _upper_teeth(), lips()[0].edge
    points = positions[teeth]
    incisors = points[points[:, 2] > points[:, 2].max() - _FRONT * np.ptp(points[:, 2])]
    aside = positions[edge, 0] - 0.5 * (positions[edge, 0].min() + positions[edge, 0].max())  # heads can be moved aside
    middle = np.abs(aside) < 0.25 * aside.max()
    wanted = positions[edge[middle], 1].mean() - _SHOWN * np.ptp(incisors[:, 1])
    hung = positions.copy()
    hung[teeth, 1] += min(wanted - float(incisors[:, 1].min()), 0.0)
    return hung


@cache
def _upper_teeth() -> np.ndarray:
    return np.unique(load_body().parts["teeth-upper"].quads)


def _rising(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(x)
    return x[order], y[order]


class _Lip:
    """One lip's rings of vertices; the second lies where the lips meet."""

    def __init__(self, rings: list[np.ndarray]) -> None:
        self.rings, self.edge = rings, rings[1]
        self._all, self._counts = np.concatenate(rings), [len(ring) for ring in rings]

    def shared(self, shares: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Vertices (N,) of as many rings as there are shares, from the inside outward, and the share (N,) of each."""
        each = np.repeat(shares, self._counts[: len(shares)])
        return self._all[: len(each)], each


@cache
def lips() -> tuple[_Lip, _Lip]:
    """The upper and the lower lip."""
    body = load_body()
    head, mouth = body.parts["head"].quads, body.parts["mouth"].quads
    ring = seen = _front(np.intersect1d(head, mouth))
    rings = [ring]
    for _ in _GIVE_WAY[1:]:
        touching = _front(head[np.isin(head, ring).any(axis=1)])
        ring, seen = np.setdiff1d(touching, seen), np.union1d(seen, touching)
        rings.append(ring)
    split = [_upper_first(ring, head) for ring in rings]
    return _Lip([upper for upper, _ in split]), _Lip([lower for _, lower in split])


def _front(vertices: np.ndarray) -> np.ndarray:
    """Those of some vertices that belong to the mouth: the head and its inside also meet at the throat."""
    unique = np.unique(vertices)
    return unique[load_body().positions[unique, 2] > 0.1]


def _upper_first(ring: np.ndarray, quads: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A closed ring's upper and lower arc between the corners of the mouth, without these."""
    line = _in_order(ring, quads)
    x = load_body().positions[line, 0]
    line = np.roll(line, -int(np.argmin(x)))
    far = int(np.argmax(load_body().positions[line, 0]))
    arcs = sorted((line[1:far], line[far + 1 :]), key=lambda arc: -float(load_body().positions[arc, 1].mean()))
    return arcs[0], arcs[1]


def _in_order(ring: np.ndarray, quads: np.ndarray) -> np.ndarray:
    """The vertices of a closed ring, each next to its neighbours along the mesh's edges."""
    edges = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    edges = edges[np.isin(edges, ring).all(axis=1)]
    neighbours: dict[int, set[int]] = {int(v): set() for v in ring}
    for a, b in edges.tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    line = [int(ring[0])]
    while len(line) < len(ring):
        line.append(next(v for v in neighbours[line[-1]] if v not in line))
    return np.array(line)
