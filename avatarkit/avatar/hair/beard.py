"""Beards and moustaches for one face: a shadow on the skin, and locks over it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, Material
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.hair.beard_layout import BeardLayout, beard_layout
from avatarkit.avatar.hair.beard_shadow import beard_shadow, shadow_material
from avatarkit.avatar.hair.beard_styles import BEARD_STYLES, BeardStyle
from avatarkit.avatar.hair.directions import unit
from avatarkit.avatar.hair.dye import HairColor
from avatarkit.avatar.hair.face_binding import face_mesh, face_morphs
from avatarkit.avatar.hair.hanging import WEIGHT_M, Obstacle, curled
from avatarkit.avatar.hair.make import body_obstacle
from avatarkit.avatar.hair.materials import beard_material
from avatarkit.avatar.hair.scalp import head_surface
from avatarkit.avatar.hair.shapes import Spines, ribbons, tubes
from avatarkit.avatar.hair.textures import STRIPS
from avatarkit.body.rest import RestBody
from avatarkit.errors import unknown_name

NO_BEARD = "none"

_ROOT_HEIGHT_M, _LAYERS_M = 0.0007, 0.005
_LAYERED_OVER_M = 0.02  # longer hair lies in thicker layers than short
_LEAST_WAY_M = 1e-4
_WAVE_PITCH_M = 0.035
_SOLID_SIDES, _SOLID_FLATNESS = 5, 0.6
_TAPER, _FLAT = ((0.0, 0.3, 0.75, 1.0), (0.6, 1.0, 0.8, 0.0)), ((0.0, 1.0), (1.0, 0.75))
_TURN_UP = 2.6  # of gravity, at the tips of hair that turns up
_DOWN = np.array([0.0, -1.0, 0.0])


def make_beard(
    style: str, color: str, rest: RestBody, *, grey: float = 0.0, solid: bool = False, contrast: float = 1.0
) -> list[tuple[AvatarMesh, Material]]:
    """Hair of the face: a shadow on the skin, and locks over it, both moving with every expression.

    Locks come one after the other, `BeardLayout.directions.shape[1]` points each from the root to the tip; a ribbon has two
    vertices for each point, a solid lock six.

    Args:
        style: one of `BEARD_STYLES`, or "none".
        color: "#rrggbb", what the beard looks like as a whole.
        rest: the body that wears it.
        grey: share of hairs that have lost their colour, 0..1.
        solid: whether locks are thick pointed shapes instead of cards with hairs.
        contrast: how much single hairs differ in brightness, over the strands' picture.

    Raises:
        UsageError: there is no such style, or the colour is none.
    """
    if style == NO_BEARD:
        return []
    if style not in BEARD_STYLES:
        raise unknown_name("beard", style, (NO_BEARD, *BEARD_STYLES))
    chosen, dye = BEARD_STYLES[style], _dye(color, grey)
    pieces = [beard_shadow(style, dye, rest, flat=solid)]
    if chosen.locks:
        material = beard_material(dye, chosen.strands, contrast, solid)
        pieces.append((_lock_mesh(style, rest, solid), replace(material, name="beard-locks")))
    return pieces


def prepare_beard(style: str, color: str, grey: float, *, solid: bool, contrast: float) -> None:
    """What of a beard is the same on every face, made to be there when it grows; `make_beard` says what is wrong.

    Args: as for `make_beard`.
    """
    if style in BEARD_STYLES:
        chosen, dye = BEARD_STYLES[style], _dye(color, grey)
        shadow_material(style, dye, solid)
        if chosen.locks:
            beard_material(dye, chosen.strands, contrast, solid)
            beard_layout(style, solid)


def _dye(color: str, grey: float) -> HairColor:
    return HairColor(parse_color(color), None, float(np.clip(grey, 0.0, 1.0)))


def _lock_mesh(name: str, rest: RestBody, solid: bool) -> AvatarMesh:
    layout, style = beard_layout(name, solid), BEARD_STYLES[name]
    obstacle = body_obstacle(rest)
    spines = _grown(layout, style, rest, obstacle)
    shape = tubes(spines, _SOLID_FLATNESS, _SOLID_SIDES) if solid else ribbons(spines, STRIPS[style.strands])
    shape = shape._replace(positions=obstacle.lifted_out(shape.positions, _ROOT_HEIGHT_M))
    morphs = face_morphs(layout.points, rest, len(shape.positions) // spines.points[..., 0].size)
    return face_mesh("beard-locks", shape, morphs, rest)


def _grown(layout: BeardLayout, style: BeardStyle, rest: RestBody, obstacle: Obstacle) -> Spines:
    """Spines of the locks on one face: they leave the skin, sink back on it, and hang where it ends."""
    count, points = layout.directions.shape[:2]
    surface = head_surface(np.asarray(rest.positions, float))
    skin, normals = (part.reshape(count, points, 3) for part in surface.at(layout.points))
    step = (layout.lengths * surface.scale / (points - 1))[:, None]
    thickness = _LAYERS_M * np.minimum(layout.lengths / _LAYERED_OVER_M, 1.0) * (0.3 + layout.layers)
    here = skin[:, 0] + _ROOT_HEIGHT_M * normals[:, 0]
    along = unit(unit(skin[:, 1] - skin[:, 0] + _LEAST_WAY_M * _DOWN) + style.stand * normals[:, 0])
    spine = [here]
    for share in np.linspace(0.0, 1.0, points)[1:]:
        up = (np.clip(2.0 * share - 0.8, 0.0, 1.0) * layout.upturned)[:, None]
        weight = 1.0 - np.exp(-step * (1.0 + _TURN_UP * up) / WEIGHT_M)
        along = unit(along + weight * (_DOWN * (1.0 - 2.0 * up) - along))
        height = _ROOT_HEIGHT_M + thickness * min(2.0 * share, 1.0)
        along = unit(obstacle.lifted_out(here + step * along, height) - here)
        here = here + step * along
        spine.append(here)
    line = np.stack(spine, axis=1)
    if style.curl_mm:
        phases = 2 * np.pi * (layout.strips % 997) / 997
        line = curled(line, normals, np.full(len(line), 1e-3 * style.curl_mm), _WAVE_PITCH_M, phases)
    widths = layout.widths[:, None] * np.interp(np.linspace(0.0, 1.0, points), *(_TAPER if layout.solid else _FLAT))
    return Spines(line, _facing(line, normals, rest), surface.scale * widths, layout.rolls, layout.strips)


def _facing(line: np.ndarray, normals: np.ndarray, rest: RestBody) -> np.ndarray:
    """(L, P, 3) unit: what hangs under the jaw, along the skin's normals there, faces away from the neck instead."""
    along = (unit(np.gradient(line, axis=1)) * normals).sum(axis=2, keepdims=True)
    away = unit((line - rest.joint("head")) * [1.0, 0.0, 1.0])
    return unit(normals + np.clip(along, 0.0, 1.0) * (away - normals))
