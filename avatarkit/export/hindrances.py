"""Why a file that has been reduced for a platform still breaks a limit, and what is left for whoever made the figure to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from avatarkit.export.reduction.decode import surface_of
from avatarkit.export.reduction.detail import morph_poses
from avatarkit.export.reduction.surface import Surface
from avatarkit.export.statistics import STATISTICS
from avatarkit.export.verdict import Finding, Verdict
from avatarkit.gltf.document import Document

FEW_TRIANGLES = 4
"""A closed piece of no more is as coarse as it becomes: two triangles back to back are the least that is left of one."""

MANY_COPIES = 3
"""Vertices at one point from which on it is held: at a seam, which may shrink along itself, there are two."""


class Hindrance(NamedTuple):
    """Why a limit is still broken, and what would help."""

    why: str
    fix: str


PIECES = Hindrance(
    "most of what is left lies in small closed pieces, of each of which two triangles or more stay",
    "hair cards, beads and scales joined or left out in the program that the figure was made with",
)
CROSSED = Hindrance(
    "at most edges that are left three or more triangles meet, and none of them may vanish without a hole",
    "inner walls and doubled faces taken out in the program that the figure was made with",
)
CUT = Hindrance(
    "texture seams or hard edges run through most of the points that are left, and may not tear open",
    "smooth normals and larger texture islands given in the program that the figure was made with",
)
FOLDED = Hindrance(
    "wherever one more triangle vanished, the surface would fold over or run through itself",
    "pieces of clothing or hair left out, or a simpler figure",
)
OTHER = Hindrance(
    "every step that brings it down has been taken",
    "it made smaller in the program that the figure was made with",
)

_OF: Mapping[str, Hindrance] = {
    "megabytes": Hindrance(
        "the textures are as small as they become; shapes, bones and morphs take the rest",
        "fewer morphs or less hair and clothing",
    ),
    "joints": Hindrance(
        "the bones that are left are those that the platform or VRM needs, or carry them",
        "another platform, or a skeleton without bones between the human ones",
    ),
    "materials": Hindrance(
        "one material is left for each kind of transparency",
        "see-through and cut-out materials made opaque in the program that the figure was made with",
    ),
}
_OF = {**_OF, "nodes": _OF["joints"], "slots": _OF["materials"]}

HINDRANCES = (PIECES, CROSSED, CUT, FOLDED, OTHER, *_OF.values())
"""All that can be said."""

_STATISTIC = {what: name for name, what in STATISTICS.items()}


def explained(verdict: Verdict, document: Document) -> Verdict:
    """The verdict on a file that has been reduced for its platform, with why each limit that it breaks still is broken.

    Args:
        verdict: on `document`, of a reduced file.
        document: its content.
    """
    return replace(verdict, findings=tuple(_explained(finding, document) for finding in verdict.findings))


def _explained(finding: Finding, document: Document) -> Finding:
    name = _STATISTIC.get(finding.what)
    if finding.passes is not False or name is None:
        return finding
    found = hindrance_of_triangles(surface_of(document)) if name in ("triangles", "vertices") else _OF.get(name, OTHER)
    return replace(finding, why=found.why, fix=found.fix)


def hindrance_of_triangles(surface: Surface) -> Hindrance:
    """What holds most triangles of a surface that could not become coarser."""
    if not len(surface.triangles):
        return OTHER
    point_of = morph_poses(surface)[1]
    corners = point_of[surface.triangles]
    count = int(point_of.max()) + 1
    alone = _in_small_pieces(corners, count)
    crossed = _with_edges(corners, count, lambda times: times > 2)[corners].any(axis=1) & ~alone
    copies = np.bincount(point_of[np.unique(surface.triangles)], minlength=count)
    cut = (copies >= MANY_COPIES)[corners].all(axis=1) & ~alone & ~crossed
    held = {PIECES: alone.sum(), CROSSED: crossed.sum(), CUT: cut.sum(), FOLDED: (~(alone | crossed | cut)).sum()}
    return max(held, key=lambda one: int(held[one]))


def _in_small_pieces(corners: np.ndarray, count: int) -> np.ndarray:
    """(T,) whether a triangle belongs to a closed piece of `FEW_TRIANGLES` or fewer."""
    start, end = corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)
    links = sparse.csr_matrix((np.ones(len(start)), (start, end)), shape=(count, count))
    piece = connected_components(links, directed=False)[1][corners[:, 0]]
    open_ends = _with_edges(corners, count, lambda times: times < 2)[corners].any(axis=1)
    return np.asarray((np.bincount(piece)[piece] <= FEW_TRIANGLES) & (np.bincount(piece, open_ends)[piece] == 0))


def _with_edges(corners: np.ndarray, count: int, chosen: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """(P,) whether a point lies on an edge that is chosen by how many triangles it has."""
    start, end = corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)
    low, high = np.minimum(start, end), np.maximum(start, end)
    edges, times = np.unique(low * count + high, return_counts=True)
    found = np.zeros(count, bool)
    those = edges[chosen(times)]
    found[those // count] = found[those % count] = True
    return found
