"""The last step over an avatar's surfaces: a family that draws turns all of them, whoever made them, into drawn ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, Material, MorphTarget, MToon, Texture
from avatarkit.avatar.look import Look
from avatarkit.body.rest import RestBody

Piece = tuple[AvatarMesh, Material]

_SKIN = ("Face", "Body")
_UNSHADED = ("Eyes", "Lashes", "Mouth")  # too small for a shade of their own
_HAIR = ("hair", "beard")
_SKIN_SHADE = (0.88, 0.60, 0.57)
_HAIR_SHADE = (0.55, 0.48, 0.58)
_CLOTH_SHADE = (0.62, 0.56, 0.68)
"""What shade is of a surface's own colour, linear: warm on skin, cool on all else."""
_LINE_COLOR = (0.20, 0.12, 0.12)
_EDGE_SHIFT, _EDGE = -0.08, 0.95
_HAIR_CALM = 0.6  # of the strands' contrast is taken away
_ROUND = 0.88  # how round a face is shaded
_FACE_BEHIND_M, _FACE_FADE_M = 0.055, 0.05
_INSIDE_ROW = 0.87  # from this row of the head's picture on lie the mouth's inside and the sockets


def finished(pieces: Sequence[Piece], look: Look, rest: RestBody) -> list[Piece]:
    """Meshes and their materials as the look has them."""
    if look.shading != "drawn":
        return list(pieces)
    return [(_rounded(mesh, rest) if mesh.material == "Face" else mesh, drawn(material, look)) for mesh, material in pieces]


def drawn(material: Material, look: Look) -> Material:
    """A material without relief and gloss, shaded by MToon."""
    calm = _calm(material) if material.name.lower().startswith(_HAIR) else material
    shaded = material.name not in _UNSHADED
    red, green, blue, _ = material.base_color
    tint = _tint(material.name)
    lined = shaded and look.outline_width > 0 and not (material.double_sided and material.alpha_mode == "MASK")
    mtoon = MToon(
        shade_color=(red * tint[0], green * tint[1], blue * tint[2]),
        shade_texture=calm.base_color_texture,
        shading_shift=_EDGE_SHIFT if shaded else 1.0,
        shading_toony=_EDGE,
        outline="worldCoordinates" if lined else "none",
        outline_width=look.outline_width if lined else 0.0,
        outline_width_texture=_outside() if lined and material.name == "Face" else None,
        outline_color=_LINE_COLOR,
    )
    return replace(calm, normal_texture=None, roughness_texture=None, occlusion_texture=None, clearcoat=0.0, mtoon=mtoon)


def _tint(name: str) -> tuple[float, float, float]:
    if name in _UNSHADED:
        return 1.0, 1.0, 1.0
    return _SKIN_SHADE if name in _SKIN else _HAIR_SHADE if name.lower().startswith(_HAIR) else _CLOTH_SHADE


def _calm(material: Material) -> Material:
    """Hair with less contrast between its strands."""
    texture = material.base_color_texture
    if texture is None:
        return material
    pixels = texture.pixels.astype(np.float32)
    shown = pixels[..., 3] > 0 if pixels.shape[2] == 4 else np.ones(pixels.shape[:2], bool)
    mean = pixels[shown][:, :3].mean(axis=0) if shown.any() else np.zeros(3, np.float32)
    pixels[..., :3] += _HAIR_CALM * (mean - pixels[..., :3])
    calm = Texture(texture.name, np.round(pixels).astype(np.uint8), texture.encoding)
    return replace(material, base_color_texture=calm)


@cache
def _outside() -> Texture:
    """Where a face has a line around it: not in the mouth nor in the sockets."""
    pixels = np.full((64, 64, 3), 255, np.uint8)
    pixels[int(_INSIDE_ROW * 64) :] = 0
    return Texture("face-outline", pixels, "png")


def _rounded(mesh: AvatarMesh, rest: RestBody) -> AvatarMesh:
    """A face lit as the ball it roughly is: noses and lids would throw ragged shades on it."""
    eyes = 0.5 * (rest.joint("leftEye") + rest.joint("rightEye"))
    middle = eyes - [0.0, 0.02, _FACE_BEHIND_M]
    outward = mesh.positions - middle
    outward = outward / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    above_neck = (mesh.positions[:, 1] - (rest.joint("head")[1] - 0.2 * _FACE_FADE_M)) / _FACE_FADE_M
    share = _ROUND * np.clip(above_neck, 0.0, 1.0)[:, None]
    share = np.where(mesh.uvs[:, 1:] > _INSIDE_ROW, 0.0, share)
    normals = mesh.normals + (outward - mesh.normals) * share
    normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return replace(mesh, normals=normals, morphs=tuple(_flatter(morph, 1.0 - share) for morph in mesh.morphs))


def _flatter(morph: MorphTarget, share: np.ndarray) -> MorphTarget:
    return replace(morph, normals=morph.normals * share[morph.indices])
