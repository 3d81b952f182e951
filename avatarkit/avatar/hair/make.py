"""Hair for one head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypedDict, Unpack

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, Material
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.hair.cap_layout import cap_layout
from avatarkit.avatar.hair.directions import smoothstep, to_directions, unit
from avatarkit.avatar.hair.dye import HairColor
from avatarkit.avatar.hair.gathered import Tied, tied
from avatarkit.avatar.hair.hanging import Loose, Obstacle, curled, hang, step_count
from avatarkit.avatar.hair.layout import LockLayout, lock_layout
from avatarkit.avatar.hair.materials import hair_materials, thick_materials
from avatarkit.avatar.hair.over_clothes import outer_faces, raised_by_clothes
from avatarkit.avatar.hair.scalp import HeadSurface, head_surface, points_towards
from avatarkit.avatar.hair.shapes import Shape, Spines, grid_triangles, joined, ribbons, ribbons_cut, tubes
from avatarkit.avatar.hair.style import HairStyle
from avatarkit.avatar.hair.styles import HAIR_STYLES
from avatarkit.avatar.hair.textures import STRIPS
from avatarkit.avatar.hair.thick import by_height, thick_locks, thick_style, thick_tail
from avatarkit.avatar.once import kept
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody
from avatarkit.errors import unknown_name
from avatarkit.geometry.meshes import vertex_normals

HairKind = Literal["strands", "clumps", "drawn"]
"""Ribbons of single hairs; thick locks, softly shaded; thick locks in flat tones with a ring of light."""


class HairPaint(TypedDict):
    """What hair is painted by, beside its style and colour; as for `make_hair`."""

    roots: str | None
    grey: float
    kind: HairKind
    contrast: float
    skin: str | None


_SHORTEST_HANGING_M = 0.015
_BODY_CLEARANCE_M, _HANGING_DEPTH_M = 0.010, 0.022  # above the skin: cloth lies there; and the body of the hair above that
_LEAST_HEIGHT_M = 0.0006
_SLIMMER = 0.7  # ribbons that were as much slimmer as they are more would leave gaps where they stray
_LEAST_FALL, _WIDEST, _SHOULDER_M = 0.65, (0.8, 1.4), 0.12  # of a step; of the shoulders' breadth, there and so far above
_SPREADS, _TAPERS = 1.5, 0.4  # hanging locks, against where they leave the scalp; less where they are cut off bluntly
_STRAIGHT_SHARE = 0.15  # of what hangs, before it turns under
_CURLS_BY_LAYER = (0.0, 0.5), (0.25, 1.0)  # of the curls' radius: straighter locks below leave no gaps between the others
_CURL_IN_HOOD = 0.3
_LEAST_STEPS = 2  # what falls less is not worth a lock


def make_hair(
    style: str,
    color: str,
    rest: RestBody,
    *,
    roots: str | None = None,
    grey: float = 0.0,
    kind: HairKind = "strands",
    fineness: float = 1.0,
    contrast: float = 1.0,
    skin: str | None = None,
    worn: Sequence[AvatarMesh] = (),
) -> list[tuple[AvatarMesh, Material]]:
    """Hair on a person's head: a cap that covers the scalp, locks over it, and what is tied together.

    Every point hangs on the head's own surface, so the hair follows whatever shapes the head. It moves with the head bone.

    Args:
        style: one of `HAIR_STYLES`.
        color: "#rrggbb", what the hair looks like as a whole; some strands are darker, some lighter.
        rest: the body that wears it.
        roots: another colour at the scalp, or None.
        grey: share of hairs that have lost their colour, 0..1.
        kind: what the locks are made of.
        fineness: of locks of single hairs: so many times as many, and as much slimmer.
        contrast: how much single hairs differ in brightness, over the strands' picture.
        skin: "#rrggbb", the scalp's tone, which shows through shorn hair of thick locks; None shows hair alone.
        worn: clothes that long hair falls over.

    Raises:
        UsageError: there is no such style, or the colour is none.
    """
    materials = painted_hair(style, color, roots=roots, grey=grey, kind=kind, contrast=contrast, skin=skin)
    thick = kind != "strands"
    chosen = _in_kind(style, kind, fineness)
    surface, obstacle = head_surface(np.asarray(rest.positions, float)), body_obstacle(rest, worn)
    shapes = _shapes(chosen, surface, obstacle, thick=thick)
    if thick:
        crown = surface.at(points_towards(np.array([[0.0, 1.0, 0.0]])))[0][0, 1]
        shapes = {name: shape._replace(uvs=by_height(shape, crown, surface.scale)) for name, shape in shapes.items()}
    head = rest.skeleton.names.index("head")
    return [(_skinned(name, _above_skin(shape, obstacle), head), materials[name]) for name, shape in shapes.items()]


def prepare_hair(style: str, color: str, fineness: float, **paint: Unpack[HairPaint]) -> None:
    """What of hair is the same on every head, made to be there when it grows.

    Args, errors: as for `make_hair`.
    """
    painted_hair(style, color, **paint)
    chosen = _in_kind(style, paint["kind"], fineness)
    lock_layout(chosen)
    if chosen.capped:
        cap_layout(chosen)


def _in_kind(style: str, kind: HairKind, fineness: float) -> HairStyle:
    return _finer(HAIR_STYLES[style], fineness) if kind == "strands" else thick_style(HAIR_STYLES[style])


def painted_hair(style: str, color: str, **paint: Unpack[HairPaint]) -> Mapping[str, Material]:
    """The materials of hair by the names of its meshes; they are the same on every head, and kept for the next one.

    Args, errors: as for `make_hair`.
    """
    if style not in HAIR_STYLES:
        raise unknown_name("hair style", style, HAIR_STYLES)
    roots, kind = paint["roots"], paint["kind"]
    dye = HairColor(parse_color(color), parse_color(roots) if roots else None, float(np.clip(paint["grey"], 0.0, 1.0)))
    chosen, skin = HAIR_STYLES[style], paint["skin"]
    if kind != "strands":
        return thick_materials(dye, kind == "drawn", chosen.sleek, parse_color(skin) if skin and chosen.shorn else None)
    return hair_materials(dye, chosen.strands, chosen.shape, chosen.cap, paint["contrast"])


@lru_cache(maxsize=4)
def _finer(style: HairStyle, fineness: float) -> HairStyle:
    """The same style in more, slimmer ribbons; other locks are what they are."""
    if style.shape != "card" or fineness == 1.0:
        return style
    return replace(style, locks=round(fineness * style.locks), lock_width_mm=style.lock_width_mm / fineness**_SLIMMER)


def _shapes(style: HairStyle, surface: HeadSurface, obstacle: Obstacle, *, thick: bool) -> dict[str, Shape]:
    """The cap, the locks and what is tied together, as far as the style has them."""
    shapes: dict[str, list[Shape]] = {"hair-cap": [], "hair-lying": [], "hair-locks": [], "hair-solid": []}
    if style.capped:
        shapes["hair-cap"].append(_cap(style, surface))
    layout = lock_layout(style)
    if layout is not None:
        for spines in _grown(layout, style, surface, obstacle):
            lying, loose = _divided(_shaped(spines, style), spines, style)
            shapes["hair-lying"] += lying
            shapes["hair-locks"] += loose
    for part in _ties(style, surface, obstacle):
        shapes["hair-solid"].append(part.solid)
        if part.cards is not None:
            tail = thick_locks(thick_tail(part.cards), hanging=True) if thick else ribbons(part.cards, STRIPS[style.strands])
            shapes["hair-locks"].append(tail)
    return {name: joined(parts) for name, parts in shapes.items() if parts}


@lru_cache(maxsize=2)
def _constant_triangles() -> tuple[np.ndarray, np.ndarray]:
    """Triangles of what hair lies on, without the ears, and those of the ears."""
    body = load_body()
    head = body.parts["head"]
    ears = body.regions["ears"][head.uv_triangles].max(axis=1) > 0.5
    return np.concatenate([head.triangles[~ears], body.parts["body"].triangles]), head.triangles[ears]


def body_obstacle(rest: RestBody, worn: Sequence[AvatarMesh] = ()) -> Obstacle:
    """What hair lies on: the skin without the ears or the clothes over it, and a ball about each ear."""
    return _obstacle(rest, _Worn(tuple(worn)))


@dataclass(frozen=True, eq=False)
class _Worn:
    """Clothes, known by the very places of their vertices: hair is made over them, and then its chains are."""

    meshes: tuple[AvatarMesh, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Worn) and self._places == other._places

    def __hash__(self) -> int:
        return hash(self._places)

    @property
    def _places(self) -> tuple[int, ...]:
        return tuple(id(mesh.positions) for mesh in self.meshes)


@kept(2)
def _obstacle(rest: RestBody, worn: _Worn) -> Obstacle:
    triangles, ears = _constant_triangles()
    positions = np.asarray(rest.positions, float)
    vertices = np.unique(triangles)
    of_ears = positions[np.unique(ears)]
    balls = [of_ears[of_ears[:, 0] > 0], of_ears[of_ears[:, 0] < 0]]
    centres, radii = np.array([ball.mean(axis=0) for ball in balls]), np.array([0.62 * np.ptp(ball[:, 0]) for ball in balls])
    normals = vertex_normals(positions, triangles)[vertices]
    slides = _sliding(normals, positions[vertices], rest)
    surface = raised_by_clothes(positions[vertices], normals, worn.meshes, rest)
    ridge, middle = rest.joint("leftUpperArm"), rest.joint("head")
    cloth = outer_faces(worn.meshes, rest)
    return Obstacle(surface, normals, slides, balls=(centres, radii), ridge=ridge, middle=middle, cloth=cloth)


def _sliding(normals: np.ndarray, positions: np.ndarray, rest: RestBody) -> np.ndarray:
    """Normals (N, 3) that let hair slide off the shoulders to the front or the back, not along them."""
    shoulder, neck = rest.joint("leftUpperArm"), rest.joint("neck")
    half = shoulder[0]
    beside = np.clip((np.abs(positions[:, 0]) - 0.3 * half) / (0.25 * half), 0.0, 1.0) * (positions[:, 1] < neck[1] + 0.03)
    aside = np.where(positions[:, 2] > shoulder[2], 1.0, -1.0)
    slid = np.column_stack([-0.45 * np.sign(positions[:, 0]), 0.5 * np.maximum(normals[:, 1], 0.0), normals[:, 2] + aside])
    mixed = normals + beside[:, None] * (slid - normals)
    return unit(mixed)


def _above_skin(shape: Shape, obstacle: Obstacle) -> Shape:
    """The same with what dips into the skin, such as the edges of ribbons, lifted out of it."""
    return shape._replace(positions=obstacle.lifted_out(shape.positions, _LEAST_HEIGHT_M))


def _skinned(name: str, shape: Shape, head: int) -> AvatarMesh:
    """A mesh that the head bone carries; its material has its name."""
    count = len(shape.positions)
    joints, weights = np.zeros((count, 4), np.uint16), np.zeros((count, 4), np.float32)
    joints[:, 0], weights[:, 0] = head, 1.0
    return AvatarMesh(
        name, shape.positions, shape.normals, shape.uvs, shape.triangles, joints, weights, name, first_person="thirdPersonOnly"
    )


def _cap(style: HairStyle, surface: HeadSurface) -> Shape:
    layout = cap_layout(style)
    skin, outward = surface.at(layout.points)
    positions = skin + (layout.heights * surface.scale)[:, None] * outward
    triangles = grid_triangles(np.arange(len(positions)).reshape(layout.rows, -1))
    normals = vertex_normals(positions, triangles).reshape(layout.rows, -1, 3)
    # One normal where the round closes.
    normals[:, 0] = normals[:, -1] = unit(normals[:, 0] + normals[:, -1])
    return Shape(positions, normals.reshape(-1, 3), layout.uvs, triangles)


def _shaped(spines: Spines, style: HairStyle) -> Shape:
    """Locks as the style has them."""
    if style.shape == "card":
        return ribbons(spines, STRIPS[style.strands], style.tips)
    if style.shape == "rope":
        along = np.linspace(0.0, 1.0, spines.points.shape[1])
        return tubes(spines._replace(widths=spines.widths * np.interp(along, *_ROPE)), 1.0, 5)
    return thick_locks(spines, puffs=style.shape == "puff", hanging=spines.points.shape[1] > style.points)


def _divided(shape: Shape, spines: Spines, style: HairStyle) -> tuple[list[Shape], list[Shape]]:
    """What of locks lies on the head, and what hangs.

    Ribbons that lie are seen from without alone: beyond the head's outline their backs would be dark specks.
    """
    if style.shape != "card":
        return [], [shape]
    count, points = spines.points.shape[:2]
    if points == style.points:
        return [shape], []
    upper, lower = ribbons_cut(shape, count, points, style.points - 1)
    return [upper], [lower]


_ROPE = ((0.0, 0.1, 0.94, 1.0), (0.9, 1.0, 1.0, 0.3))


def _grown(layout: LockLayout, style: HairStyle, surface: HeadSurface, obstacle: Obstacle) -> list[Spines]:
    """Spines of the locks that end on the scalp, and of those that fall on."""
    points = layout.heights.shape[1]
    skin, outward = (part.reshape(-1, points, 3) for part in surface.at(layout.points))
    spine = skin + (layout.heights * surface.scale)[..., None] * outward
    spines = Spines(spine, outward, surface.scale * layout.widths, layout.rolls, layout.strips)
    falls = layout.hanging > _SHORTEST_HANGING_M
    lying = [spines.of(~falls)] if not falls.all() else []
    return [*lying, _hung(spines.of(falls), layout, style, obstacle)] if falls.any() else lying


def _hung(spines: Spines, layout: LockLayout, style: HairStyle, obstacle: Obstacle) -> Spines:
    """Locks that fall on from where they leave the scalp."""
    falls = layout.hanging > _SHORTEST_HANGING_M
    clearance = _BODY_CLEARANCE_M + _HANGING_DEPTH_M * layout.layers[falls]
    here, before = spines.points[:, -1], spines.points[:, -2]
    loose = Loose(here, unit(here - before), layout.hanging[falls], clearance, np.where(layout.ahead[falls], 1.0, -1.0))
    pitch = 1e-3 * style.curl_pitch_mm
    steps = step_count(float(layout.hanging.max()), pitch if style.curl_mm else None)
    paths, falling = _until_caught(np.concatenate([here[:, None], hang(loose, obstacle, steps)], axis=1), obstacle)
    spines, below = spines.of(falling), paths[falling, 1:]
    if style.under_mm:
        below = _turned_under(below, 1e-3 * style.under_mm, clearance[falling], obstacle)
    away = obstacle.outward(below)
    if style.curl_mm:
        radii = 1e-3 * style.curl_mm * np.interp(layout.layers[falls][falling], *_CURLS_BY_LAYER)
        radii = np.where(obstacle.is_in_clothes(below[:, -1]), _CURL_IN_HOOD * radii, radii)
        below = curled(below, away, radii, pitch, 2 * np.pi * (spines.strips % 997) / 997)
    tip = spines.widths[:, -1:] * _SPREADS * np.linspace(1.0, 1.0 - _TAPERS * style.tips**2, steps)
    return spines._replace(
        points=np.concatenate([spines.points, below], axis=1),
        outward=np.concatenate([spines.outward, away], axis=1),
        widths=np.concatenate([spines.widths, tip], axis=1),
    )


def _turned_under(below: np.ndarray, metres: float, clearance: np.ndarray, obstacle: Obstacle) -> np.ndarray:
    """Hanging locks (L, S, 3) whose ends are so much nearer to the neck, but not nearer to skin than their clearance (L,)."""
    share = smoothstep(_STRAIGHT_SHARE, 1.0, np.linspace(0.0, 1.0, below.shape[1]))
    bent = below - metres * share[:, None] * unit((below - obstacle.middle) * [1.0, 0.0, 1.0])
    return obstacle.lifted_out(bent.reshape(-1, 3), np.outer(clearance, share).ravel()).reshape(below.shape)


def _until_caught(paths: np.ndarray, obstacle: Obstacle) -> tuple[np.ndarray, np.ndarray]:
    """Hanging locks (L, P, 3) that end where they come to lie on a shoulder or in a hood; and (L,) whether they fall at all."""
    steps = np.diff(paths, axis=1)
    level = steps[..., 1] > -_LEAST_FALL * np.linalg.norm(steps, axis=2)
    above = paths[:, 1:, 1] - obstacle.ridge[1]
    outside = np.abs(paths[:, 1:, 0]) > obstacle.ridge[0] * np.interp(above, (0.0, _SHOULDER_M), _WIDEST)
    caught = (level | outside) & (above < _SHOULDER_M)
    hidden = obstacle.is_in_clothes(paths[:, 1:].reshape(-1, 3)).reshape(caught.shape)
    last = np.minimum(_first(caught), _first(hidden) + 1).clip(max=steps.shape[1])
    at = np.linspace(0.0, 1.0, paths.shape[1]) * last[:, None]
    low = np.minimum(at.astype(int), steps.shape[1] - 1)
    lock = np.arange(len(paths))[:, None]
    return paths[lock, low] + (at - low)[..., None] * steps[lock, low], last >= _LEAST_STEPS


def _first(found: np.ndarray) -> np.ndarray:
    """(L,) where each row of (L, S) is first true; S where it never is."""
    return np.where(found.any(axis=1), found.argmax(axis=1), found.shape[1])


def _ties(style: HairStyle, surface: HeadSurface, obstacle: Obstacle) -> list[Tied]:
    if not style.gathers:
        return []
    directions = to_directions(*np.radians([gather.at_deg for gather in style.gathers]).T)
    places, outward = surface.at(points_towards(directions))
    return [tied(*each, obstacle, surface.scale) for each in zip(style.gathers, places, outward, strict=True)]
