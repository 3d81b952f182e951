"""The line around a drawn surface: the surface itself, blown up a little and seen from inside."""

from __future__ import annotations

import numpy as np

from avatarkit.render.camera import PinholeCamera
from avatarkit.render.scene import Outline, RenderMesh

_THINNEST_PX = 0.75
"""A line of fewer pixels would be drawn as dots."""


def line_positions(mesh: RenderMesh, outline: Outline, camera: PinholeCamera) -> np.ndarray:
    """(V, 3) where a mesh's vertices go for its outline, metres."""
    per_px = np.maximum(camera.depth(mesh.positions), 0.0) / camera.focal_px
    of_picture = outline.width * 0.5 * camera.size_px[1] * per_px
    width = np.maximum(of_picture if outline.unit == "screen" else outline.width, _THINNEST_PX * per_px)
    if outline.width_texture is not None and mesh.uvs is not None:
        width = width * _green_at(outline.width_texture, mesh.uvs)
    return np.asarray(mesh.positions + mesh.normals * width[:, None])


def _green_at(pixels: np.ndarray, uvs: np.ndarray) -> np.ndarray:
    """(V,) 0..1: the nearest texel's green at repeated texture coordinates (V, 2)."""
    height, width = pixels.shape[:2]
    columns, rows = ((np.nan_to_num(uvs) % 1.0) * [width, height]).astype(int).T
    return pixels[np.minimum(rows, height - 1), np.minimum(columns, width - 1), 1] / np.float32(255)
