"""Hair for one head."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, Material, Texture
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.hair.hanging import Loose, Obstacle, curled, hang, step_count
from avatarkit.avatar.hair.layout import (
    CAP_COLUMNS,
    CAP_ROWS,
    LOCK_POINTS,
    LockLayout,
    cap_layout,
    lock_layout,
)
from avatarkit.avatar.hair.scalp import HeadSurface, head_surface
from avatarkit.avatar.hair.styles import HAIR_STYLES, HairStyle
from avatarkit.avatar.hair.textures import STRIPS, cap_strands, colored, lock_strands, strand_normals
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody
from avatarkit.errors import unknown_name
from avatarkit.geometry.meshes import vertex_normals

_CAP_BRIGHTNESS = 0.72  # it is seen between the locks, in their shadow
_WHITE = (1.0, 1.0, 1.0, 1.0)
_SHORTEST_HANGING_M = 0.015
_BODY_CLEARANCE_M, _HANGING_DEPTH_M = 0.012, 0.026  # above the skin: cloth lies there; and the body of the hair above that
_LEAST_HEIGHT_M = 0.0006
_ROUNDNESS = 0.45  # how far a ribbon's normals turn outward at its edges: it is lit like a tuft, not like tape


class _Shape(NamedTuple):
    positions: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray
    triangles: np.ndarray


def make_hair(style: str, color: str, rest: RestBody) -> list[tuple[AvatarMesh, Material]]:
    """Hair on a person's head: a cap that covers the scalp, and locks over it.

    Every point hangs on the head's own surface, so the hair follows whatever shapes the head. It moves with the head bone.

    Args:
        style: one of `HAIR_STYLES`.
        color: "#rrggbb", what the hair looks like as a whole; its roots are darker, some strands lighter.
        rest: the body that wears it.

    Raises:
        UsageError: there is no such style, or the colour is none.
    """
    if style not in HAIR_STYLES:
        raise unknown_name("hair style", style, HAIR_STYLES)
    srgb = parse_color(color)
    surface = head_surface(np.asarray(rest.positions, float))
    head = rest.skeleton.names.index("head")
    cap_material, lock_material = _materials(srgb)
    obstacle = _obstacle(rest)
    return [
        (_skinned("hair-cap", _cap(style, surface), head), cap_material),
        (_skinned("hair-locks", _above_skin(_locks(style, surface, obstacle), obstacle), head), lock_material),
    ]


@lru_cache(maxsize=4)
def _materials(color: tuple[float, float, float]) -> tuple[Material, Material]:
    cap = Texture("hair-cap", colored(cap_strands(), color, root=0.8, tip=1.0, brightness=_CAP_BRIGHTNESS), "png")
    locks = Texture("hair-locks", colored(lock_strands(), color, root=0.5, tip=1.15), "png")
    cap_relief, lock_relief = _reliefs()
    return (
        Material("hair-cap", _WHITE, cap, cap_relief, roughness=0.65, alpha_mode="MASK", alpha_cutoff=0.5),
        Material("hair-locks", _WHITE, locks, lock_relief, 0.58, alpha_mode="MASK", alpha_cutoff=0.4, double_sided=True),
    )


@cache
def _reliefs() -> tuple[Texture, Texture]:
    return (
        Texture("hair-cap-normal", strand_normals(*cap_strands()), "png"),
        Texture("hair-locks-normal", strand_normals(*lock_strands()), "png"),
    )


def _obstacle(rest: RestBody) -> Obstacle:
    """What hair lies on: the skin without the ears, and a ball about each ear."""
    body = load_body()
    head = body.parts["head"]
    ears = body.regions["ears"][head.uv_triangles].max(axis=1) > 0.5
    triangles = np.concatenate([head.triangles[~ears], body.parts["body"].triangles])
    positions = np.asarray(rest.positions, float)
    vertices = np.unique(triangles)
    balls = [positions[np.unique(head.triangles[ears & side])] for side in _sides(positions[head.triangles].mean(axis=1))]
    centres, radii = np.array([ball.mean(axis=0) for ball in balls]), np.array([0.62 * np.ptp(ball[:, 0]) for ball in balls])
    normals = vertex_normals(positions, triangles)[vertices]
    return Obstacle(positions[vertices], normals, _sliding(normals, positions[vertices], rest), (centres, radii))


def _above_skin(shape: _Shape, obstacle: Obstacle) -> _Shape:
    """The same with what dips into the skin, such as the edges of ribbons, lifted out of it."""
    return shape._replace(positions=obstacle.lifted_out(shape.positions, _LEAST_HEIGHT_M))


def _sliding(normals: np.ndarray, positions: np.ndarray, rest: RestBody) -> np.ndarray:
    """Normals (N, 3) that let hair slide off the shoulders to the front or the back, not along them."""
    shoulder, neck = rest.joint("leftUpperArm"), rest.joint("neck")
    half = shoulder[0]
    beside = np.clip((np.abs(positions[:, 0]) - 0.3 * half) / (0.25 * half), 0.0, 1.0) * (positions[:, 1] < neck[1] + 0.03)
    aside = np.where(positions[:, 2] > shoulder[2], 1.0, -1.0)
    slid = np.column_stack([-0.45 * np.sign(positions[:, 0]), 0.5 * np.maximum(normals[:, 1], 0.0), normals[:, 2] + aside])
    mixed = normals + beside[:, None] * (slid - normals)
    return _unit(mixed)


def _sides(centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return centres[:, 0] > 0, centres[:, 0] < 0


def _skinned(name: str, shape: _Shape, head: int) -> AvatarMesh:
    """A mesh that the head bone carries; its material has its name."""
    count = len(shape.positions)
    joints, weights = np.zeros((count, 4), np.uint16), np.zeros((count, 4), np.float32)
    joints[:, 0], weights[:, 0] = head, 1.0
    return AvatarMesh(
        name, shape.positions, shape.normals, shape.uvs, shape.triangles, joints, weights, name, first_person="thirdPersonOnly"
    )


def _cap(style: str, surface: HeadSurface) -> _Shape:
    layout = cap_layout(style)
    skin, outward = surface.at(layout.points)
    positions = skin + (layout.heights * surface.scale)[:, None] * outward
    corners = np.arange(CAP_ROWS * (CAP_COLUMNS + 1)).reshape(CAP_ROWS, -1)
    triangles = _grid_triangles(corners)
    normals = vertex_normals(positions, triangles).reshape(CAP_ROWS, -1, 3)
    # One normal where the round closes.
    seam = normals[:, 0] + normals[:, -1]
    normals[:, 0] = normals[:, -1] = seam / np.linalg.norm(seam, axis=1, keepdims=True)
    return _Shape(positions, normals.reshape(-1, 3), layout.uvs, triangles)


def _grid_triangles(corners: np.ndarray) -> np.ndarray:
    """Triangles (T, 3) of vertex numbers (R, C) in a grid: counter-clockwise with columns to the right and rows downward."""
    a, b, c, d = corners[:-1, :-1], corners[1:, :-1], corners[1:, 1:], corners[:-1, 1:]
    return np.concatenate([np.stack([a, b, c], axis=-1).reshape(-1, 3), np.stack([a, c, d], axis=-1).reshape(-1, 3)])


def _locks(style: str, surface: HeadSurface, obstacle: Obstacle) -> _Shape:
    layout = lock_layout(style)
    count = len(layout.lengths)
    skin, outward = (part.reshape(count, LOCK_POINTS, 3) for part in surface.at(layout.points))
    spine = skin + (layout.heights * surface.scale)[..., None] * outward
    widths = surface.scale * layout.widths
    ribbons = [_ribbons(spine, outward, widths, layout.rolls, _lock_uvs(layout.strips, spine))]
    if layout.hanging.any():
        ribbons = _hung(layout, HAIR_STYLES[style], (spine, outward, widths), obstacle)
    return _joined(ribbons)


def _hung(
    layout: LockLayout, style: HairStyle, on_scalp: tuple[np.ndarray, np.ndarray, np.ndarray], obstacle: Obstacle
) -> list[_Shape]:
    """The ribbons of locks that end on the scalp, and of those that fall on; `on_scalp` has spines, outward, widths."""
    free = layout.hanging > _SHORTEST_HANGING_M
    spine, outward, widths = (part[free] for part in on_scalp)
    clearance = _BODY_CLEARANCE_M + _HANGING_DEPTH_M * layout.layers[free]
    loose = Loose(spine[:, -1], _unit(spine[:, -1] - spine[:, -2]), layout.hanging[free], clearance)
    pitch = 1e-3 * style.curl_pitch_mm
    steps = step_count(float(layout.hanging.max()), pitch if style.curl_mm else None)
    below = hang(loose, obstacle, steps)
    away = obstacle.outward(below)
    if style.curl_mm:
        phases = 2 * np.pi * (layout.strips[free] % 997) / 997
        below = curled(below, away, 1e-3 * style.curl_mm, pitch, phases)
    wide = np.concatenate([widths, widths[:, -1:] * 1.35 * np.linspace(1.0, 0.55, steps)], axis=1)
    whole, out = np.concatenate([spine, below], axis=1), np.concatenate([outward, away], axis=1)
    long = _ribbons(whole, out, wide, layout.rolls[free], _lock_uvs(layout.strips[free], whole))
    spine, outward, widths = (part[~free] for part in on_scalp)
    return [long, _ribbons(spine, outward, widths, layout.rolls[~free], _lock_uvs(layout.strips[~free], spine))]


def _ribbons(spine: np.ndarray, outward: np.ndarray, widths: np.ndarray, rolls: np.ndarray, uvs: np.ndarray) -> _Shape:
    """Flat bands along spines (L, P, 3), their faces turned outward."""
    count, points = spine.shape[:2]
    along = _unit(np.gradient(spine, axis=1))
    across = _unit(np.cross(outward, along))
    rolled = np.cos(rolls)[:, None, None] * across + np.sin(rolls)[:, None, None] * np.cross(along, across)
    half = (0.5 * widths)[..., None] * rolled
    positions = np.stack([spine - half, spine + half], axis=2)
    facing = _unit(outward - 0.5 * (outward * along).sum(axis=2, keepdims=True) * along)
    normals = _unit(np.stack([facing - _ROUNDNESS * across, facing + _ROUNDNESS * across], axis=2))
    corners = np.arange(count * points * 2).reshape(count, points, 2)
    quads = np.stack([corners[:, :-1, 0], corners[:, :-1, 1], corners[:, 1:, 1], corners[:, 1:, 0]], axis=-1).reshape(-1, 4)
    triangles = np.concatenate([quads[:, [0, 2, 1]], quads[:, [0, 3, 2]]])
    return _Shape(positions.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2), triangles)


def _joined(shapes: list[_Shape]) -> _Shape:
    starts = np.cumsum([0, *(len(shape.positions) for shape in shapes[:-1])])
    shifted = [shape._replace(triangles=shape.triangles + start) for shape, start in zip(shapes, starts, strict=True)]
    return _Shape(*(np.concatenate(arrays) for arrays in zip(*shifted, strict=True)))


def _lock_uvs(strips: np.ndarray, spine: np.ndarray) -> np.ndarray:
    """(L, P, 2, 2): v runs with the way along the spine (L, P, 3)."""
    steps = np.linalg.norm(np.diff(spine, axis=1), axis=2)
    v = np.concatenate([np.zeros((len(spine), 1)), np.cumsum(steps, axis=1)], axis=1)
    v = v / np.maximum(v[:, -1:], 1e-9)
    strip = (strips % STRIPS)[:, None]
    left, right = (np.broadcast_to((strip + edge) / STRIPS, v.shape) for edge in (0.02, 0.98))
    return np.stack([np.stack([left, v], axis=-1), np.stack([right, v], axis=-1)], axis=2)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-12)
