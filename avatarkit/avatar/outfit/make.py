"""Clothes for one body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.spatial import cKDTree

from avatarkit.avatar.avatar import AvatarMesh, Material
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.outfit.cloth import Below, draped, layered, sewn
from avatarkit.avatar.outfit.fabric import TILE_M, fabric_textures
from avatarkit.avatar.outfit.pattern import Pattern
from avatarkit.avatar.outfit.shirt import shirt_pattern
from avatarkit.avatar.outfit.shoes import Piece, shod_vertices, shoe
from avatarkit.avatar.outfit.trousers import trousers_pattern
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody
from avatarkit.errors import unknown_name
from avatarkit.geometry.arrays import checked_array
from avatarkit.render.color import to_linear


@dataclass(frozen=True)
class WardrobePiece:
    """One thing to wear: where, and part -> the colour "#rrggbb" it is designed in, the main part first."""

    slot: str
    colors: Mapping[str, str]


PIECES: Mapping[str, WardrobePiece] = {
    "t-shirt": WardrobePiece("top", {"fabric": "#c9ccd1"}),
    "jeans": WardrobePiece("bottom", {"fabric": "#2f3b55"}),
    "sneakers": WardrobePiece("shoes", {"upper": "#3a3d42", "sole": "#e9e7e2"}),
}
"""All there is to wear."""

OUTFITS: Mapping[str, tuple[str, ...]] = {"casual": ("t-shirt", "jeans", "sneakers")}
"""Outfit name -> its pieces."""

_HIDDEN_MARGIN_M = 0.045  # skin this near to a hem stays
_HIDDEN_REACH_M = 0.035  # skin farther than this from any cloth stays


@dataclass(frozen=True)
class Outfit:
    """Clothes on a body.

    Attributes:
        pieces: meshes and their materials.
        hidden_vertices: (V,) bool, body vertices under cloth wherever the body moves; triangles between three of them can go.
    """

    pieces: tuple[tuple[AvatarMesh, Material], ...]
    hidden_vertices: np.ndarray

    def __post_init__(self) -> None:
        hidden = checked_array("hidden_vertices", self.hidden_vertices, (None,), np.bool_)
        object.__setattr__(self, "hidden_vertices", hidden)


def make_outfit(pieces: Sequence[str], colors: Mapping[str, str], rest: RestBody) -> Outfit:
    """Clothes on a person.

    Args:
        pieces: names in `PIECES`, at most one of a slot.
        colors: "piece" (its main part) or "piece/part" -> colour; the others keep their own.
        rest: the body that wears them.

    Raises:
        UsageError: there is no such piece, or a colour is none.
    """
    for name in pieces:
        if name not in PIECES:
            raise unknown_name("piece to wear", name, PIECES)
    meshes = [*_cloth_meshes(pieces, rest), *_shoe_meshes(pieces, rest)]
    hidden = _under_cloth(tuple(name for name in pieces if name in _PATTERNS))
    if "sneakers" in pieces:
        hidden = hidden | _in_shoes(rest)
    made = {f"outfit-{name}-{part}": _material(name, part, colors) for name in pieces for part in PIECES[name].colors}
    return Outfit(tuple((mesh, made[mesh.material]) for mesh in meshes), hidden)


_FABRICS = {
    "t-shirt-fabric": ("jersey", 0.92),
    "jeans-fabric": ("twill", 0.88),
    "sneakers-upper": ("canvas", 0.85),
    "sneakers-sole": ("rubber", 0.6),
}

_PATTERNS = {"t-shirt": shirt_pattern, "jeans": trousers_pattern}


def _material(piece: str, part: str, colors: Mapping[str, str]) -> Material:
    designed = PIECES[piece].colors
    main = colors.get(piece) if part == next(iter(designed)) else None
    chosen = colors.get(f"{piece}/{part}") or main or designed[part]
    kind, roughness = _FABRICS[f"{piece}-{part}"]
    return _fabric(f"outfit-{piece}-{part}", kind, parse_color(chosen), roughness)


def _fabric(name: str, kind: str, srgb: tuple[float, float, float], roughness: float) -> Material:
    color, normals = fabric_textures(kind)
    red, green, blue = (float(c) for c in to_linear(np.asarray(srgb)))
    return Material(name, (red, green, blue, 1.0), color, normals, roughness=roughness, double_sided=True)


@cache
def _shirt_over_trousers() -> tuple[np.ndarray, np.ndarray]:
    return layered(shirt_pattern(), trousers_pattern())


def _cloth_meshes(pieces: Sequence[str], rest: RestBody) -> list[AvatarMesh]:
    positions, meshes, below = np.asarray(rest.positions, float), [], None
    if "jeans" in pieces:
        trousers = draped(trousers_pattern(), positions)
        below = Below(*_shirt_over_trousers(), trousers)
        meshes.append(_cloth_mesh("outfit-jeans-fabric", trousers_pattern(), trousers))
    if "t-shirt" in pieces:
        meshes.append(_cloth_mesh("outfit-t-shirt-fabric", shirt_pattern(), draped(shirt_pattern(), positions, below)))
    return meshes


def _cloth_mesh(name: str, pattern: Pattern, points: np.ndarray) -> AvatarMesh:
    cloth = sewn(pattern, points)
    source = cloth.pattern_point
    joints, weights = pattern.joints[source], pattern.weights[source]
    return AvatarMesh(name, cloth.positions, cloth.normals, cloth.uvs / TILE_M, cloth.triangles, joints, weights, name)


def _shoe_meshes(pieces: Sequence[str], rest: RestBody) -> list[AvatarMesh]:
    if "sneakers" not in pieces:
        return []
    left, right = shoe(rest, "left"), shoe(rest, "right")
    names = ("outfit-sneakers-upper", "outfit-sneakers-sole")
    return [_shoe_mesh(name, (left[k], right[k]), rest) for k, name in enumerate(names)]


def _shoe_mesh(name: str, pair: tuple[Piece, Piece], rest: RestBody) -> AvatarMesh:
    bones = rest.skeleton.names.index
    joints, weights = [], []
    for piece, side in zip(pair, ("left", "right"), strict=True):
        share = np.stack([1.0 - piece.toe_share, piece.toe_share], axis=1)
        weights.append(np.pad(share, ((0, 0), (0, 2))))
        joints.append(np.where(share > 0, [bones(side + "Foot"), bones(side + "Toes")], 0))
    positions, normals, uvs = (np.concatenate([getattr(p, n) for p in pair]) for n in ("positions", "normals", "uvs"))
    triangles = np.concatenate([pair[0].triangles, pair[1].triangles + len(pair[0].positions)])
    all_joints = np.pad(np.concatenate(joints), ((0, 0), (0, 2)))
    return AvatarMesh(name, positions, normals, uvs / TILE_M, triangles, all_joints, np.concatenate(weights), name)


@cache
def _under_cloth(pieces: tuple[str, ...]) -> np.ndarray:
    """(V,) bool: body vertices well inside the pieces, the same on every person."""
    body = load_body()
    skin = np.unique(body.parts["body"].quads)
    hidden = np.zeros(len(body.positions), bool)
    for pattern in (_PATTERNS[name]() for name in pieces):
        distance, nearest = cKDTree(pattern.points.on(body.positions)).query(body.positions[skin])
        hidden[skin] |= (distance < _HIDDEN_REACH_M) & (pattern.from_hem_m[nearest] > _HIDDEN_MARGIN_M)
    return hidden


def _in_shoes(rest: RestBody) -> np.ndarray:
    """(V,) bool: vertices of the feet inside the shoes."""
    hidden = np.zeros(len(rest.positions), bool)
    for side in ("left", "right"):
        hidden[shod_vertices(rest, side)] = True
    return hidden
