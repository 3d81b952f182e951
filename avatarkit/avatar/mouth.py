"""Teeth and tongue: the data's shapes with a small picture of their own."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, Material, Texture
from avatarkit.avatar.skinned_parts import Corners, corners_of, shape_surface, skinned_mesh
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody

MATERIAL = "Mouth"
PARTS = ("teeth-upper", "teeth-lower", "tongue")

_SIZE = 256
_TOOTH, _GUM, _TONGUE = (222, 211, 194), (170, 84, 80), (164, 80, 78)
_DEEP = (58, 24, 21)  # what lies far back in the mouth, out of the light
_TEETH = 14  # seen along one arch
_SPECULAR = 0.15  # lights from behind a head shine on back teeth, where a cheek that throws no shadow would keep them out


def mouth_mesh(rest: RestBody) -> AvatarMesh:
    """Teeth and tongue of one person."""
    return skinned_mesh("Mouth", MATERIAL, _corners(), shape_surface(PARTS, rest), rest, first_person="thirdPersonOnly")


@cache
def _corners() -> Corners:
    """The parts with a layout of our own: upper teeth, lower teeth, tongue from top to bottom, each seen from the front."""
    corners = corners_of(PARTS)
    uvs = np.array(corners.uvs)
    body = load_body()
    for band, part in enumerate(PARTS):
        rows = np.isin(corners.vertices, body.parts[part].quads)
        points = body.positions[corners.vertices[rows]]
        middle = np.array([0.0, points[:, 2].min()])
        around = np.arctan2(points[:, 0], points[:, 2] - middle[1] + 1e-3)
        low, high = points[:, 1].min(), points[:, 1].max()
        height = (high - points[:, 1]) / (high - low)
        across = around / np.pi + 0.5 if part != "tongue" else 0.5 + 0.9 * points[:, 0] / np.ptp(points[:, 0])
        depth = (points[:, 2].max() - points[:, 2]) / np.ptp(points[:, 2])
        along = height if part != "tongue" else depth
        uvs[rows] = np.stack([across, (band + 0.06 + 0.88 * along) / len(PARTS)], axis=1)
    return Corners(corners.vertices, uvs, corners.triangles)


def mouth_material(roughness: float) -> Material:
    """The material of teeth and tongue."""
    return Material(MATERIAL, base_color_texture=_texture(), roughness=roughness, specular=_SPECULAR, double_sided=True)


@cache
def _texture() -> Texture:
    third = _SIZE // len(PARTS)
    upper, tongue = _teeth(third), _tongue(_SIZE - 2 * third)
    return Texture("mouth", np.concatenate([upper, upper[::-1], tongue]))


def _teeth(height: int) -> np.ndarray:
    """(height, 256, 3) gum above, teeth below, soft gaps between them, darker towards the back."""
    x = (np.arange(_SIZE) + 0.5) / _SIZE
    y = ((np.arange(height) + 0.5) / height)[:, None]
    phase = np.abs(((x - 0.5) * _TEETH + 0.5) % 1.0 - 0.5) * 2.0
    gap = np.clip((phase - 0.90) / 0.10, 0.0, 1.0)
    line = 0.34 + 0.10 * phase**2
    tooth = np.clip((y - line) / 0.06, 0.0, 1.0)[..., None]
    enamel = np.array(_TOOTH, np.float32) * (1.0 - 0.20 * gap[None, :, None] * np.ones((height, 1, 1)))
    picture = np.array(_GUM, np.float32) * (1.0 - tooth) + enamel * tooth
    return _shaded(picture, x)


def _shaded(picture: np.ndarray, x: np.ndarray) -> np.ndarray:
    back = np.clip((np.abs(x - 0.5) - 0.10) / 0.2, 0.0, 1.0)
    picture = picture + (np.array(_DEEP, np.float32) - picture) * (0.82 * back)[None, :, None]
    return np.clip(picture, 0, 255).astype(np.uint8)


def _tongue(height: int) -> np.ndarray:
    """(height, 256, 3) tip at the top, darker towards the root, a furrow in the middle, small bumps."""
    random = np.random.default_rng(5)
    x = (np.arange(_SIZE) + 0.5) / _SIZE
    y = ((np.arange(height) + 0.5) / height)[:, None]
    bumps = cv2.GaussianBlur(random.normal(0.0, 1.0, (height, _SIZE)).astype(np.float32), (0, 0), 1.2)
    shade = 1.0 - 0.75 * y - 0.10 * np.exp(-(((x - 0.5) / 0.03) ** 2)) + 0.06 * bumps
    return np.clip(np.array(_TONGUE, np.float32) * shade[..., None], 0, 255).astype(np.uint8)
