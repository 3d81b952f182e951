"""The short hairs of a beard: a thin layer over the skin that darkens it."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from scipy import ndimage

from avatarkit.avatar.avatar import AvatarMesh, Material, Texture
from avatarkit.avatar.hair.beard_ground import FACE_CENTRE, face_shell, inside_lips, inside_style
from avatarkit.avatar.hair.beard_styles import BEARD_STYLES
from avatarkit.avatar.hair.directions import to_angles, unit
from avatarkit.avatar.hair.dye import GREY, HairColor
from avatarkit.avatar.hair.face_binding import face_mesh, face_morphs
from avatarkit.avatar.hair.shapes import Shape
from avatarkit.avatar.once import kept
from avatarkit.avatar.skinned_parts import part_vertices
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.render.color import to_linear, to_srgb

NAME = "beard-shadow"

_HEIGHT_M = 0.0004  # above the skin, too thin to show
_EDGE_DEG, _FLAT_EDGE_DEG = 4.0, 1.2  # over which it fades
_PICTURE_PX, _LOW_DEG, _HIGH_DEG, _ASIDE_DEG = (512, 1024), -62.0, 46.0, 100.0
_DOTS_PX, _DOTS = 0.8, 0.5  # size of the hairs' dots, and their share of the darkness
_DEPTH, _FLAT_DEPTH = 0.45, 0.8  # of the hair's brightness: it is seen in its own shade
_LIGHTNESS, _CLOSER = ((0.45, 0.8), (0.0, 1.0)), 0.75
"""Brightness from which on hair is light. Below dark locks skin is in their shadow; below light ones, which let light through,
it would show."""
_SEED = 32


def beard_shadow(style: str, dye: HairColor, rest: RestBody, *, flat: bool) -> tuple[AvatarMesh, Material]:
    """The layer for one face.

    Args:
        style: one of `BEARD_STYLES`.
        dye: its colour.
        rest: the body that wears it.
        flat: one even tone with a clear edge instead of single hairs.
    """
    vertices, uvs, triangles = _ground(style)
    normals = vertex_normals(rest.positions, load_body().parts["head"].triangles)[vertices]
    positions = rest.positions[vertices] + _HEIGHT_M * normals
    morphs = face_morphs(_at(vertices), rest)
    mesh = face_mesh(NAME, Shape(positions, unit(normals), uvs, triangles), morphs, rest)
    return mesh, shadow_material(style, dye, flat)


def _at(vertices: np.ndarray) -> SurfacePoints:
    """The vertices themselves as points of the surface."""
    return SurfacePoints(np.repeat(vertices[:, None], 3, axis=1), np.tile([1.0, 0.0, 0.0], (len(vertices), 1)))


@cache
def _ground(style: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Body vertices (N,), uvs (N, 2) and triangles (T, 3) of what a beard covers."""
    triangles = face_shell().triangles
    azimuth, elevation = (np.degrees(angle) for angle in to_angles(unit(load_body().positions.astype(float) - FACE_CENTRE)))
    head = part_vertices(load_body(), "head")
    inside = np.full(len(azimuth), -np.inf)
    inside[head] = inside_style(BEARD_STYLES[style], np.abs(azimuth[head]), elevation[head])
    kept = triangles[(inside[triangles] > -_EDGE_DEG).any(axis=1)]
    vertices, numbers = np.unique(kept, return_inverse=True)
    u, v = (azimuth + _ASIDE_DEG) / (2 * _ASIDE_DEG), (_HIGH_DEG - elevation) / (_HIGH_DEG - _LOW_DEG)
    return vertices, np.clip(np.stack([u, v], axis=1)[vertices], 0.0, 1.0), numbers.reshape(-1, 3)


@kept(4)
def shadow_material(style: str, dye: HairColor, flat: bool) -> Material:
    """What paints the layer."""
    color = to_linear(np.asarray(dye.color)) * (1.0 - dye.grey) + to_linear(np.asarray(GREY)) * dye.grey
    light = float(np.interp(to_srgb(color).mean(), *_LIGHTNESS))
    alpha, depth = BEARD_STYLES[style].shadow * _coverage(style, flat), _FLAT_DEPTH if flat else _DEPTH
    if BEARD_STYLES[style].locks:
        alpha, depth = alpha ** (1.0 - _CLOSER * light), depth + (_FLAT_DEPTH - depth) * light
    pixels = np.empty((*alpha.shape, 4), np.uint8)
    pixels[..., :3] = np.rint(255.0 * to_srgb(depth * color))
    pixels[..., 3] = np.rint(255.0 * alpha)
    return Material(NAME, (1.0, 1.0, 1.0, 1.0), Texture(NAME, pixels, "png"), roughness=0.8, alpha_mode="BLEND", specular=0.3)


@lru_cache(maxsize=4)
def _coverage(style: str, flat: bool) -> np.ndarray:
    """(H, W) 0..1 how dense hair is."""
    high, wide = _PICTURE_PX
    azimuth = ((np.arange(wide) + 0.5) / wide * 2.0 - 1.0) * _ASIDE_DEG
    elevation = _HIGH_DEG - (np.arange(high) + 0.5) / high * (_HIGH_DEG - _LOW_DEG)
    angles = np.abs(azimuth)[None], elevation[:, None]
    edge = _FLAT_EDGE_DEG if flat else _EDGE_DEG
    soft = np.clip(inside_style(BEARD_STYLES[style], *angles) / edge, 0.0, 1.0)
    soft = soft * soft * (3.0 - 2.0 * soft) * np.clip(-inside_lips(*angles) / _FLAT_EDGE_DEG, 0.0, 1.0)
    if flat:
        return soft
    return soft * _dotted()


@cache
def _dotted() -> np.ndarray:
    """(H, W) 0..1: hair that has just come through, single dots."""
    dots = ndimage.gaussian_filter(np.random.default_rng(_SEED).standard_normal(_PICTURE_PX), _DOTS_PX)
    return np.asarray(np.clip(1.0 - _DOTS + _DOTS * (0.5 + dots / dots.std()), 0.0, 1.0))
