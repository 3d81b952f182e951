"""Shapes to draw, a humanoid of two triangles an arm, and renderers that are made once."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from avatarkit.errors import MissingError
from avatarkit.render.renderer import Renderer
from avatarkit.render.scene import RenderMaterial, RenderMesh

DrawnAt = Callable[[tuple[int, int]], Renderer]


@cache
def _renderer(size_px: tuple[int, int], samples: int) -> Renderer:
    return Renderer(size_px, samples)


@pytest.fixture(scope="session")
def drawn_at() -> Callable[..., Renderer]:
    """A renderer for a size; all tests share it."""
    try:
        _renderer((64, 64), 2)
    except MissingError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
    return lambda size_px, samples=2: _renderer(size_px, samples)


def sphere(center: tuple[float, float, float], radius: float, material: RenderMaterial, steps: int = 48) -> RenderMesh:
    polar, around = np.meshgrid(np.linspace(0, np.pi, steps), np.linspace(0, 2 * np.pi, 2 * steps), indexing="ij")
    normals = np.stack([np.sin(polar) * np.sin(around), np.cos(polar), np.sin(polar) * np.cos(around)], -1).reshape(-1, 3)
    corner = (np.arange(steps - 1)[:, None] * 2 * steps + np.arange(2 * steps - 1)).reshape(-1)
    below = corner + 2 * steps
    triangles = np.concatenate([np.stack([corner, below, below + 1], 1), np.stack([corner, below + 1, corner + 1], 1)])
    return RenderMesh(normals * radius + center, normals, triangles, material=material)


def sheet(
    low: tuple[float, float], high: tuple[float, float], z: float, material: RenderMaterial, *, toward: float = 1.0
) -> RenderMesh:
    """An upright rectangle that faces +Z, or -Z with `toward` -1; its texture stands upright."""
    corners = [[low[0], low[1], z], [high[0], low[1], z], [high[0], high[1], z], [low[0], high[1], z]]
    triangles = np.array([[0, 1, 2], [0, 2, 3]])
    uvs = [[0, 1], [1, 1], [1, 0], [0, 0]]
    return RenderMesh(
        np.array(corners), np.tile([0, 0, toward], (4, 1)), triangles if toward > 0 else triangles[:, ::-1], uvs, None, material
    )
