"""The last step over an avatar's surfaces: a family that draws turns all of them, whoever made them, into drawn ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from avatarkit.avatar.avatar import AvatarMesh, Material, MToon
from avatarkit.avatar.look import Look

Piece = tuple[AvatarMesh, Material]

_SKIN = ("Face", "Body")
_FLAT = ("Eyes", "Lashes", "Mouth")  # too small for a shade of their own
_SKIN_SHADE = (0.86, 0.58, 0.56)
_CLOTH_SHADE = (0.58, 0.52, 0.66)
_FLAT_SHADE = (0.94, 0.92, 0.95)
_LINE_COLOR = (0.16, 0.09, 0.09)


def finished(pieces: Sequence[Piece], look: Look) -> list[Piece]:
    """Meshes and their materials as the look has them."""
    if look.shading != "drawn":
        return list(pieces)
    return [(mesh, drawn(material, look)) for mesh, material in pieces]


def drawn(material: Material, look: Look) -> Material:
    """A material without relief and gloss, shaded by MToon."""
    flat, skin = material.name in _FLAT, material.name in _SKIN
    tint = _FLAT_SHADE if flat else _SKIN_SHADE if skin else _CLOTH_SHADE
    red, green, blue, _ = material.base_color
    lined = not flat and look.outline_width > 0
    mtoon = MToon(
        shade_color=(red * tint[0], green * tint[1], blue * tint[2]),
        shade_texture=material.base_color_texture,
        shading_shift=-0.1,
        shading_toony=0.95,
        outline="worldCoordinates" if lined else "none",
        outline_width=look.outline_width if lined else 0.0,
        outline_color=_LINE_COLOR,
    )
    return replace(material, normal_texture=None, roughness_texture=None, occlusion_texture=None, clearcoat=0.0, mtoon=mtoon)
