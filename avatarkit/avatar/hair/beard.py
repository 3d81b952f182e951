"""Beards and moustaches for one face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, Material, MorphTarget, Texture
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.hair.beard_styles import BEARD_STYLES, BeardArea, BeardStyle
from avatarkit.avatar.hair.body_obstacle import body_obstacle
from avatarkit.avatar.hair.directions import spread, tangent, to_angles, turned, unit
from avatarkit.avatar.hair.dye import HairColor
from avatarkit.avatar.hair.hanging import Loose, Obstacle, curled, hang
from avatarkit.avatar.hair.materials import hair_materials
from avatarkit.avatar.hair.rays import Shell, points_met, shell_around
from avatarkit.avatar.hair.shapes import Shape, Spines, ribbons
from avatarkit.avatar.hair.textures import STRIPS
from avatarkit.avatar.skinned_parts import expression_rows
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.errors import unknown_name
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.render.color import to_linear, to_srgb
from avatarkit.vocabulary.arkit import ARKIT_NAMES

FACE_CENTRE = np.array([0.0, 0.685, 0.055])
"""Metres, average person in the data's own pose: a point behind the mouth that sees all of a beard's ground."""

NO_BEARD = "none"

_SHELL_HEIGHT_M = 0.0004
_EDGE_DEG = 3.0  # over which the skin's shadow fades
_LIPS_DEG = ((0.0, 6.0, 12.0, 17.0, 18.5), (-19.0, -18.5, -17.5, -14.0, -11.0), (-2.5, -2.0, -4.0, -8.0, -11.0))
"""Azimuths, and elevations of the lower and the upper edge of the lips."""

_PICTURE_PX, _DEGREES_DOWN, _DEGREES_UP, _DEGREES_ASIDE = (512, 1024), -60.0, 45.0, 100.0
_DOTS_PX = 1.1
_LEAST_MOVE_M = 2e-5
_PROBES = 6000
_SHORT_M, _POINT_M, _MOST_POINTS = 0.02, 0.008, 14
_CLEARANCE_M, _LAYERS_M = 0.0012, 0.006
_TURNS_DOWN_M = 0.03
_WAVE_PITCH_M = 0.035
_SEED = 31


def make_beard(
    style: str, color: str, rest: RestBody, *, grey: float = 0.0
) -> list[tuple[AvatarMesh, Material]]:
    """Hair of the face: a shadow on the skin, and ribbons over it, both moving with every expression.

    Args:
        style: one of `BEARD_STYLES`, or "none".
        color: "#rrggbb", what the beard looks like as a whole.
        rest: the body that wears it.
        grey: share of hairs that have lost their colour, 0..1.

    Raises:
        UsageError: there is no such style, or the colour is none.
    """
    if style == NO_BEARD:
        return []
    if style not in BEARD_STYLES:
        raise unknown_name("beard", style, (NO_BEARD, *BEARD_STYLES))
    chosen, dye = BEARD_STYLES[style], HairColor(parse_color(color), None, float(np.clip(grey, 0.0, 1.0)))
    pieces = [_shadow(style, dye, rest)]
    if chosen.locks:
        material = hair_materials(dye, chosen.strands, "card")["hair-locks"]
        pieces.append((_ribbon_mesh(style, rest), _named(material, "beard-locks")))
    return pieces


def _named(material: Material, name: str) -> Material:
    from dataclasses import replace

    return replace(material, name=name)
