"""The last step over an avatar's surfaces: a family that draws turns all of them, whoever made them, into drawn ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, Material, MorphTarget, MToon, Texture
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.look import Look
from avatarkit.body.rest import RestBody
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.face_fit.light import to_lab

Piece = tuple[AvatarMesh, Material]

_SKIN = ("Face", "Body")
_UNSHADED = ("Eyes", "Lashes", "Mouth")  # too small for a shade of their own
_HAIR = ("hair", "beard")
_STRANDED = "beard"  # hair of the head is drawn in flat tones from the start
_SKIN_SHADES = {
    18.0: (0.66, 0.61, 0.74),
    40.0: (0.74, 0.62, 0.74),
    65.0: (0.82, 0.63, 0.71),
    90.0: (0.87, 0.67, 0.69),
}
_HAIR_SHADE = (0.55, 0.48, 0.58)
_CLOTH_SHADE = (0.62, 0.56, 0.68)
"""What shade is of a surface's own colour, linear: cool; on skin by its lightness L*,
rosy on light and hardly warmer than itself on dark skin, whose own colour is warm enough."""
_LINE_COLOR = (0.20, 0.12, 0.12)
_EDGE_SHIFT, _EDGE = -0.08, 0.95
_LENS_LEFT = 0.25  # of a lens's cover
_HAIR_CALM = 0.6  # of the strands' contrast is taken away
_NECK_TURN = 4.0  # more than any light from above makes up for
_FACE_BEHIND_M, _UPRIGHT = 0.055, 0.55
_CHIN, _CHIN_FADE = 152, 0.06  # MediaPipe's landmark, and how far above it in the picture all is face
_LINE_PX = 256
_UNLINED = (
    ((159, 145), (0.065, 0.045)),
    ((386, 374), (0.065, 0.045)),
    ((13, 14), (0.065, 0.032)),
    ((2, 4), (0.090, 0.055)),
    ((9, 168), (0.040, 0.060)),
)
"""MediaPipe's landmarks of eyes, mouth, nose and what is between the brows, and half axes over the picture's width."""
_INSIDE_ROW = 0.87  # from this row of the head's picture on lie the mouth's inside and the sockets


def finished(pieces: Sequence[Piece], look: Look, rest: RestBody, tone: str) -> list[Piece]:
    """Meshes and their materials as the look has them.

    Args:
        pieces: all of an avatar's.
        look: its family's.
        rest: its body.
        tone: of its skin, "#rrggbb".
    """
    lit = [(_lit(mesh, rest, look), material) for mesh, material in pieces]
    if look.shading != "drawn":
        return lit
    return [(replace(mesh, light=None), drawn(material, look, tone)) for mesh, material in lit]


def _lit(mesh: AvatarMesh, rest: RestBody, look: Look) -> AvatarMesh:
    """A mesh with normals as the look has them lit."""
    if mesh.material == "Face" and look.rounding:
        mesh = _rounded(mesh, rest, look.rounding)
    return _neck_shaded(mesh, rest, look.neck_shade) if mesh.material in _SKIN and look.neck_shade else mesh


def _neck_shaded(mesh: AvatarMesh, rest: RestBody, strength: float) -> AvatarMesh:
    """Skin whose neck looks down: the chin stands in its light, and few viewers draw shadows."""
    of_neck = (mesh.weights * (mesh.joints == rest.skeleton.names.index("neck"))).sum(axis=1)
    normals = mesh.normals - np.outer(strength * _NECK_TURN * np.clip(4.0 * of_neck - 0.4, 0.0, 1.0), [0.0, 1.0, 0.0])
    return replace(mesh, normals=normals / np.linalg.norm(normals, axis=1, keepdims=True))


def drawn(material: Material, look: Look, tone: str) -> Material:
    """A material without relief and gloss, shaded by MToon."""
    calm = _calm(material) if material.name.lower().startswith(_STRANDED) else material
    shaded = material.name not in _UNSHADED
    red, green, blue, alpha = material.base_color
    if material.alpha_mode == "BLEND" and material.metallic == 1.0:  # a lens: what is drawn mirrors nothing
        calm = replace(calm, base_color=(red, green, blue, _LENS_LEFT * alpha))
    tint = _tint(material.name, tone)
    solid = material.alpha_mode != "BLEND" and not (material.double_sided and material.alpha_mode == "MASK")
    lined = shaded and look.outline_width > 0 and solid
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


def _tint(name: str, tone: str) -> tuple[float, float, float]:
    if name in _UNSHADED:
        return 1.0, 1.0, 1.0
    return _skin_shade(tone) if name in _SKIN else _HAIR_SHADE if name.lower().startswith(_HAIR) else _CLOTH_SHADE


def _skin_shade(tone: str) -> tuple[float, float, float]:
    lightness = float(to_lab(np.array([parse_color(tone)]))[0, 0])
    red, green, blue = (float(np.interp(lightness, [*_SKIN_SHADES], line)) for line in zip(*_SKIN_SHADES.values(), strict=True))
    return red, green, blue


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
    """Where a face has a line around it: not inside, and not where it is folded, as about eyes and lips."""
    places = load_landmark_table().uvs(0.0, 0.0)
    axis = (np.arange(_LINE_PX) + 0.5) / _LINE_PX
    line = np.ones((_LINE_PX, _LINE_PX))
    for around, (wide, high) in _UNLINED:
        u, v = places[list(around)].mean(axis=0)
        distance = np.hypot((axis[None] - u) / wide, (axis[:, None] - v) / high)
        line = np.minimum(line, np.clip(4.0 * (distance - 1.0), 0.0, 1.0))
    line[int(_INSIDE_ROW * _LINE_PX) :] = 0.0
    return Texture("face-outline", np.repeat(np.round(255.0 * line).astype(np.uint8)[..., None], 3, axis=2), "png")


def _rounded(mesh: AvatarMesh, rest: RestBody, strength: float) -> AvatarMesh:
    """A face lit as the upright ball it roughly is: noses and lids would throw ragged shades on it."""
    share = strength * _of_face(mesh)[:, None]
    normals = mesh.normals + (ball_directions(mesh.positions, rest) - mesh.normals) * share
    normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return replace(mesh, normals=normals, morphs=tuple(_flatter(morph, 1.0 - share) for morph in mesh.morphs))


def ball_directions(positions: np.ndarray, rest: RestBody) -> np.ndarray:
    """(V, 3) unit vectors out of the middle of the head, flatter than they are, for chins not to look down."""
    middle = 0.5 * (rest.joint("leftEye") + rest.joint("rightEye")) - [0.0, 0.03, _FACE_BEHIND_M]
    outward = (positions - middle) * [1.0, _UPRIGHT, 1.0]
    return np.asarray(outward / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9))


def _of_face(mesh: AvatarMesh) -> np.ndarray:
    """(V,) 1 on the face and the skull, 0 on the neck and inside."""
    chin_row = load_landmark_table().uvs(0.0, 0.0)[_CHIN, 1]
    above = np.clip((chin_row - mesh.uvs[:, 1]) / _CHIN_FADE, 0.0, 1.0)
    return np.where(mesh.uvs[:, 1] > _INSIDE_ROW, 0.0, above)


def _flatter(morph: MorphTarget, share: np.ndarray) -> MorphTarget:
    return replace(morph, normals=morph.normals * share[morph.indices])
