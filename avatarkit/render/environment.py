"""What surfaces mirror: the room around a figure, with its lamps as softboxes."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.render.color import to_srgb
from avatarkit.render.scene import Reflections

SIDE_PX = 64
_EDGE = 0.15  # of a lamp's half width its light falls off over
_FACES = (
    ((0, 0, -1), (0, -1, 0), (1, 0, 0)),
    ((0, 0, 1), (0, -1, 0), (-1, 0, 0)),
    ((1, 0, 0), (0, 0, 1), (0, 1, 0)),
    ((1, 0, 0), (0, 0, -1), (0, -1, 0)),
    ((1, 0, 0), (0, -1, 0), (0, 0, 1)),
    ((-1, 0, 0), (0, -1, 0), (0, 0, -1)),
)
"""Of each face of a cube map: where its columns, its rows and its middle point. Source: WebGPU's order of cube faces."""


def brightest(reflections: Reflections) -> float:
    """What a full texel of `cube_picture` stands for, linear."""
    return max([reflections.above, reflections.below, *(lamp.brightness for lamp in reflections.lamps)])


def cube_picture(reflections: Reflections, camera_to_world: np.ndarray) -> np.ndarray:
    """The room as a cube map.

    Args:
        reflections: in the camera's axes (+X right, +Y up, +Z toward the camera).
        camera_to_world: (4, 4), +Y down and +Z ahead.

    Returns:
        (6, 64, 64, 4) uint8 sRGB of brightness over `brightest`, X mirrored as cube maps are looked up.
    """
    to_camera = camera_to_world[:3, :3] * np.array([1.0, -1.0, -1.0])
    directions = _directions() @ to_camera
    up = 0.5 + 0.5 * directions[..., 1]
    light = reflections.below + (reflections.above - reflections.below) * up * up * (3.0 - 2.0 * up)
    for lamp in reflections.lamps:
        light = light + (lamp.brightness - light) * _covered(directions, np.array(lamp.toward), lamp.width, lamp.height)
    values = np.round(255.0 * to_srgb(np.clip(light / brightest(reflections), 0.0, 1.0))).astype(np.uint8)
    return np.stack([values, values, values, np.full_like(values, 255)], axis=-1)


@cache
def _directions() -> np.ndarray:
    """(6, 64, 64, 3) unit vectors in the world that each texel is looked up for."""
    axis = (np.arange(SIDE_PX) + 0.5) / SIDE_PX * 2.0 - 1.0
    columns, rows = np.meshgrid(axis, axis)
    faces = [
        columns[..., None] * np.array(right) + rows[..., None] * np.array(down) + np.array(middle)
        for right, down, middle in _FACES
    ]
    directions = np.stack(faces) * np.array([-1.0, 1.0, 1.0])
    return directions / np.linalg.norm(directions, axis=-1, keepdims=True)


def _covered(directions: np.ndarray, toward: np.ndarray, width: float, height: float) -> np.ndarray:
    """(...) 0..1: how much of an upright rectangle at distance 1 lies in each direction."""
    toward = toward / np.linalg.norm(toward)
    across = np.cross([0.0, 1.0, 0.0], toward)
    across = across / np.linalg.norm(across)
    ahead = directions @ toward
    safe = np.maximum(ahead, 1e-6)
    x = np.abs(directions @ across) / safe / (0.5 * width)
    y = np.abs(directions @ np.cross(toward, across)) / safe / (0.5 * height)
    inside = np.clip((1.0 - np.maximum(x, y)) / _EDGE + 0.5, 0.0, 1.0)
    return np.where(ahead > 0, inside, 0.0)
