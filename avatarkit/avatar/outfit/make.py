"""Outfits for one body."""

from __future__ import annotations

from collections.abc import Mapping
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

OUTFITS: Mapping[str, Mapping[str, str]] = {
    "casual": {"top": "#c9ccd1", "bottom": "#2f3b55", "shoes": "#3a3d42", "sole": "#e9e7e2"},
}
"""Outfit name -> its colours by part, as they are when nobody asks for others."""

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


def make_outfit(name: str, colors: Mapping[str, str], rest: RestBody) -> Outfit:
    """An outfit on a person.

    Args:
        name: one of `OUTFITS`.
        colors: part -> "#rrggbb", for any of the outfit's parts; the others keep their own.
        rest: the body that wears it.

    Raises:
        UsageError: there is no such outfit, it has no such part, or a colour is none.
    """
    if name not in OUTFITS:
        raise unknown_name("outfit", name, OUTFITS)
    for part in colors:
        if part not in OUTFITS[name]:
            raise unknown_name(f"part of the outfit {name!r}", part, OUTFITS[name])
    chosen = {part: parse_color(colors.get(part, own)) for part, own in OUTFITS[name].items()}
    materials = {
        "top": _fabric("outfit-top", "jersey", chosen["top"], 0.92),
        "bottom": _fabric("outfit-bottom", "twill", chosen["bottom"], 0.88),
        "shoes": _fabric("outfit-shoes", "canvas", chosen["shoes"], 0.85),
        "sole": _fabric("outfit-sole", "rubber", chosen["sole"], 0.6),
    }
    meshes = [
        *_cloth_meshes(rest),
        *_shoe_meshes(rest),
    ]
    pieces = tuple((mesh, materials[mesh.material.removeprefix("outfit-")]) for mesh in meshes)
    return Outfit(pieces, _under_cloth() | _in_shoes(rest))


def _fabric(name: str, kind: str, srgb: tuple[float, float, float], roughness: float) -> Material:
    color, normals = fabric_textures(kind)
    red, green, blue = (float(c) for c in to_linear(np.asarray(srgb)))
    return Material(name, (red, green, blue, 1.0), color, normals, roughness=roughness, double_sided=True)


@cache
def _shirt_over_trousers() -> tuple[np.ndarray, np.ndarray]:
    return layered(shirt_pattern(), trousers_pattern())


def _cloth_meshes(rest: RestBody) -> list[AvatarMesh]:
    positions = np.asarray(rest.positions, float)
    trousers = draped(trousers_pattern(), positions)
    shirt = draped(shirt_pattern(), positions, Below(*_shirt_over_trousers(), trousers))
    return [_cloth_mesh("outfit-top", shirt_pattern(), shirt), _cloth_mesh("outfit-bottom", trousers_pattern(), trousers)]


def _cloth_mesh(name: str, pattern: Pattern, points: np.ndarray) -> AvatarMesh:
    cloth = sewn(pattern, points)
    source = cloth.pattern_point
    joints, weights = pattern.joints[source], pattern.weights[source]
    return AvatarMesh(name, cloth.positions, cloth.normals, cloth.uvs / TILE_M, cloth.triangles, joints, weights, name)


def _shoe_meshes(rest: RestBody) -> list[AvatarMesh]:
    left, right = shoe(rest, "left"), shoe(rest, "right")
    return [_shoe_mesh(name, (left[k], right[k]), rest) for k, name in enumerate(("outfit-shoes", "outfit-sole"))]


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
def _under_cloth() -> np.ndarray:
    """(V,) bool: body vertices well inside the shirt or the trousers, the same on every person."""
    body = load_body()
    skin = np.unique(body.parts["body"].quads)
    hidden = np.zeros(len(body.positions), bool)
    for pattern in (shirt_pattern(), trousers_pattern()):
        distance, nearest = cKDTree(pattern.points.on(body.positions)).query(body.positions[skin])
        hidden[skin] |= (distance < _HIDDEN_REACH_M) & (pattern.from_hem_m[nearest] > _HIDDEN_MARGIN_M)
    return hidden


def _in_shoes(rest: RestBody) -> np.ndarray:
    """(V,) bool: vertices of the feet inside the shoes."""
    hidden = np.zeros(len(rest.positions), bool)
    for side in ("left", "right"):
        hidden[shod_vertices(rest, side)] = True
    return hidden
