"""Whether a file is Roblox's body of fifteen parts: names, joints, closed meshes, triangles of each limb."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from avatarkit.errors import InputError
from avatarkit.export.reduction.body_parts import open_edges
from avatarkit.export.reduction.decode import surface_of, world_matrices
from avatarkit.export.reduction.surface import Surface
from avatarkit.export.verdict import Finding
from avatarkit.gltf.document import Document
from avatarkit.vocabulary.r15 import ABOVE, ATTACHMENTS, BELOW_ROOT, MOST_TRIANGLES, PARTS, ROOT, mesh_name

_FIX = "cut into Roblox's parts"
_AT_ORIGIN_M = 1e-3
_BEYOND = 1e-3  # of a texture: rounding


def r15_findings(document: Document) -> Iterator[Finding]:
    """What Roblox asks of a body, beside the numbers that every platform counts."""
    try:
        surface = surface_of(document)
    except InputError:
        yield Finding("fifteen parts", "no triangles", "fifteen", False, fix="a figure with a surface")
        return
    pieces = {name: number for number, name in enumerate(surface.pieces)}
    there = [part for part in PARTS if mesh_name(part) in pieces]
    yield _finding("meshes of the fifteen parts", f"{len(there)} of {len(PARTS)}", f"{len(PARTS)} of {len(PARTS)}")
    rows = {part: np.flatnonzero(surface.piece == pieces[mesh_name(part)]) for part in there}
    for limb, (most, parts) in MOST_TRIANGLES.items():
        count = sum(len(rows[part]) for part in parts if part in rows)
        passes = count <= most if all(part in rows for part in parts) else False
        yield Finding(f"triangles of the {limb}", f"{count:,}", f"{most:,}", passes, fix="" if passes else _FIX)
    leaking = [part for part, chosen in rows.items() if len(open_edges(surface, chosen))]
    yield _finding("parts that are not closed", ", ".join(leaking[:3]) + " ..." * (len(leaking) > 3) or "none", "none")
    yield _finding("joints below one another as Roblox has them", _misplaced(document) or "yes", "yes")
    yield _finding("joints of Root and LowerTorso", _away(document) or "at 0, 0, 0", "at 0, 0, 0")
    yield _finding("what hangs on Root itself", "something" if _hangs_on_root(document, surface) else "nothing", "nothing")
    yield _finding("places in textures", "beyond it" if _beyond(surface) else "within 0 to 1", "within 0 to 1")
    names = {node.name for node in document.nodes}
    lacking = [name for name in ATTACHMENTS if name not in names]
    found = f"without {', '.join(lacking[:3])}" + " ..." * (len(lacking) > 3) if lacking else "all"
    yield _finding(f"attachments: {', '.join(ATTACHMENTS)}", found, "all")


def _finding(what: str, measured: str, allowed: str) -> Finding:
    passes = measured == allowed
    return Finding(what, measured, allowed, passes, fix="" if passes else _FIX)


def _misplaced(document: Document) -> str:
    """The first joint that is not where it should be; empty if all are."""
    by_name: Mapping[str, int] = {node.name: index for index, node in enumerate(document.nodes)}
    parents = document.parents
    for name, above in {BELOW_ROOT: ROOT, **ABOVE}.items():
        if name not in by_name or above not in by_name or parents[by_name[name]] != by_name[above]:
            return f"{name} is not below {above}"
    return ""


def _away(document: Document) -> str:
    worlds = world_matrices(document)[:, :3, 3]
    for name in (ROOT, "LowerTorso"):
        places = [worlds[index] for index, node in enumerate(document.nodes) if node.name == name]
        if not places or np.abs(places[0]).max() > _AT_ORIGIN_M:
            return f"{name} is not there"
    return ""


def _hangs_on_root(document: Document, surface: Surface) -> bool:
    roots = np.array([document.nodes[node].name in (ROOT, BELOW_ROOT) for node in surface.skin])
    return bool((surface.weights * roots[surface.joints]).any())


def _beyond(surface: Surface) -> bool:
    return bool(surface.uvs.min() < -_BEYOND or surface.uvs.max() > 1.0 + _BEYOND)
