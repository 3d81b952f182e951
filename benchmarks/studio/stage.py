"""Where clips are filmed: a room with a floor, and its light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from avatarkit.render.scene import Light, Lighting, RenderMaterial, RenderMesh

_ROOM_M = 9.0
_ROOM_HEIGHT_M = 4.0
_TEXTURE_PX = 512
_TILE_M = 3.0


@dataclass(frozen=True)
class Stage:
    """A room.

    Attributes:
        meshes: floor and walls.
        toward_light: (3,) world direction of the main light, which throws the shadows.
        warmth: -1 (blue) to 1 (yellow).
    """

    meshes: tuple[RenderMesh, ...]
    toward_light: tuple[float, float, float]
    warmth: float

    def lighting(self, camera_to_world: np.ndarray) -> Lighting:
        """The room's light, as a camera with axes (4, 4) sees it."""
        tint = 0.06 * self.warmth
        in_camera = np.diag([1.0, -1.0, -1.0]) @ camera_to_world[:3, :3].T
        key, sky = (tuple((in_camera @ np.asarray(way)).tolist()) for way in (self.toward_light, (0.2, 1.0, 0.3)))
        return Lighting(
            ambient=0.5,
            lights=(Light(key, 0.62, (1.0, 1.0 - abs(tint) / 2, 1.0 - max(tint, 0.0)), casts_shadow=True), Light(sky, 0.16)),
            headroom=1.4,
        )


def make_stage(seed: int) -> Stage:
    """A room of its own colours and patterns."""
    random = np.random.default_rng(seed)
    floor, wall = _colors(random)
    angle = random.uniform(-0.9, 0.9)
    toward = float(np.sin(angle)), float(random.uniform(1.1, 1.7)), float(np.cos(angle))
    meshes = (_floor(_pattern(random, floor)), *_walls(_pattern(random, wall), np.array(toward)))
    return Stage(meshes, toward, random.uniform(-1, 1))


def _colors(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """sRGB of a floor and a lighter wall: rooms are rarely gaudy."""
    hue = random.uniform(0.0, 360.0, 2)
    lightness, chroma = np.array([random.uniform(40, 60), random.uniform(62, 84)]), random.uniform(3.0, 16.0, 2)
    lab = np.stack([lightness, chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))], axis=-1)
    rgb = cv2.cvtColor(lab[None].astype(np.float32), cv2.COLOR_LAB2RGB)[0]
    return rgb[0], rgb[1]


def _pattern(random: np.random.Generator, color: np.ndarray) -> np.ndarray:
    """(N, N, 3) uint8 sRGB: cloudy noise of several sizes, and boards or tiles."""
    value = np.zeros((_TEXTURE_PX, _TEXTURE_PX), np.float32)
    for cells, strength in ((4, 0.035), (16, 0.025), (64, 0.02), (256, 0.02)):
        noise = random.normal(0.0, strength, (cells, cells)).astype(np.float32)
        value += cv2.resize(noise, value.shape, interpolation=cv2.INTER_CUBIC)
    boards = int(random.integers(3, 9))
    place = np.arange(_TEXTURE_PX) * boards / _TEXTURE_PX
    value += random.normal(0.0, 0.03, boards)[place.astype(int)][:, None].astype(np.float32)
    joint = (place % 1.0) < boards * 3.0 / _TEXTURE_PX
    value[joint] -= 0.1
    if random.random() < 0.5:
        value[:, joint] -= 0.1
    return np.rint(255.0 * np.clip(color + value[..., None], 0.0, 1.0)).astype(np.uint8)


def _floor(texture: np.ndarray) -> RenderMesh:
    half = _ROOM_M / 2
    corners = np.array([[-half, 0, half], [half, 0, half], [half, 0, -half], [-half, 0, -half]])
    look = RenderMaterial(texture=texture, roughness=0.9, casts_shadow=False)
    return _quad(corners, _ROOM_M / _TILE_M, _ROOM_M / _TILE_M, look)


def _walls(texture: np.ndarray, toward_light: np.ndarray) -> list[RenderMesh]:
    """Four, seen from inside. No shadow falls on them, so how bright they are is said once instead of for each pixel."""
    toward_light = toward_light / np.linalg.norm(toward_light)
    half, walls = _ROOM_M / 2, []
    for turn in range(4):
        c, s = np.cos(turn * np.pi / 2), np.sin(turn * np.pi / 2)
        across, back = np.array([c, 0.0, -s]), np.array([-s, 0.0, -c])
        low = [back * half - across * half, back * half + across * half]
        high = [point + np.array([0.0, _ROOM_HEIGHT_M, 0.0]) for point in low]
        bright = 0.6 + 0.45 * max(0.0, float(-back @ toward_light))
        look = RenderMaterial((bright, bright, bright, 1.0), texture, shading="unlit", casts_shadow=False)
        corners = np.array([low[0], low[1], high[1], high[0]])
        walls.append(_quad(corners, _ROOM_M / _TILE_M, _ROOM_HEIGHT_M / _TILE_M, look))
    return walls


def _quad(corners: np.ndarray, across: float, up: float, look: RenderMaterial) -> RenderMesh:
    """Corners (4, 3), counter-clockwise as seen from where it faces; the texture repeats."""
    normal = np.cross(corners[1] - corners[0], corners[3] - corners[0])
    normals = np.tile(normal / np.linalg.norm(normal), (4, 1))
    uvs = np.array([[0.0, up], [across, up], [across, 0.0], [0.0, 0.0]])
    return RenderMesh(corners, normals, np.array([[0, 1, 2], [0, 2, 3]]), uvs, None, look)
