"""Lashes: ribbons that grow from the edges of the lids and follow them through every expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from scipy import ndimage

from avatarkit.avatar.avatar import AvatarMesh, Material, MorphTarget, Texture
from avatarkit.avatar.look import Look
from avatarkit.body.body import load_body
from avatarkit.body.expressions import SIDES, lid_margins
from avatarkit.body.rest import RestBody
from avatarkit.errors import unknown_name
from avatarkit.geometry.nearest import tree_of
from avatarkit.vocabulary.arkit import ARKIT_NAMES

MATERIAL = "Lashes"

_COLUMNS, _ROWS = 22, 4
_COLOR = (22, 17, 14)
_WIDTH_PX, _HEIGHT_PX = 512, 64  # of each lid's half of the picture
_SPECULAR = 0.15  # seen from their edge, ribbons that mirror the room turn grey
_LEAST_MOVE_M = 2e-5
_NEIGHBOURS, _CLEARANCE_M, _SKIN_REACH_M = 4, 0.0008, 0.035
_MOST_CLEARANCE_M = 0.003  # that an expression leaves, where lashes have it at rest
_TUCKED: Mapping[str, float] = {"clean": 0.02, "painted": 0.035}
"""How far a drawn line begins below its lid's edge, over the lid's width: else the edge shows as a pale line under it."""
_SHUT = 0.25  # a lid that has come down so far, of the eyeball's radius, shows its edge no more
_CLEAN_TIPS = ((0.66, 0.05, 0.62), (0.80, 0.055, 0.78), (0.94, 0.06, 0.86))
_PAINTED_TIPS = ((0.72, 0.07, 0.95), (0.86, 0.07, 1.0), (0.97, 0.06, 0.95))


@dataclass(frozen=True)
class LashLine:
    """How the lashes of one lid grow.

    Attributes:
        upper: on the upper lid.
        length: of the longest, as a share of the lid's width.
        rise: how steeply they leave the lid, up (or down) per forward.
        curl: how much more they have turned up (or down) at the tip.
        droop: how much more than the lid itself they turn when it closes; seen from the front they would vanish otherwise.
        sweep: how much longer they are at the outer corner and shorter at the inner one.
    """

    upper: bool
    length: float
    rise: float
    curl: float
    droop: float
    sweep: float = 0.0


LASH_STYLES: Mapping[str, tuple[LashLine, ...]] = {
    "natural": (LashLine(True, 0.25, -0.05, 0.95, 1.5), LashLine(False, 0.12, 0.55, 0.35, 0.0)),
    "short": (LashLine(True, 0.16, -0.05, 0.8, 1.5), LashLine(False, 0.07, 0.55, 0.35, 0.0)),
    "long": (LashLine(True, 0.36, -0.05, 1.15, 1.5), LashLine(False, 0.15, 0.55, 0.35, 0.0)),
    "cat-eye": (LashLine(True, 0.34, -0.05, 1.05, 1.5, sweep=1.0), LashLine(False, 0.12, 0.55, 0.35, 0.0, sweep=0.6)),
    "doll": (LashLine(True, 0.33, 0.0, 1.25, 1.5, sweep=-0.3), LashLine(False, 0.20, 0.65, 0.45, 0.0)),
    "upper-only": (LashLine(True, 0.26, -0.05, 0.95, 1.5),),
    "none": (),
}
"""All there is, the lashes of each lid."""


def lashes_mesh(rest: RestBody, style: str = "natural", kind: str = "natural") -> AvatarMesh | None:
    """The lashes of both eyes on one person's lids; None for a style without any.

    Args:
        rest: the person.
        style: one of `LASH_STYLES`.
        kind: how they are drawn, one of `EYE_KINDS`: a line reaches over the edge of its lid, hairs do not.

    Raises:
        UsageError: there is no such style.
    """
    if style not in LASH_STYLES:
        raise unknown_name("style of lashes", style, LASH_STYLES)
    surfaces = [(line, side) for side in SIDES for line in LASH_STYLES[style]]
    if not surfaces:
        return None
    grown = [_Ribbon(rest, side, line, _TUCKED.get(kind, 0.0)) for line, side in surfaces]
    count = _COLUMNS * _ROWS
    uvs = np.concatenate([_uvs(line) for line, _ in surfaces])
    triangles = np.concatenate([_triangles(line, side) + number * count for number, (line, side) in enumerate(surfaces)])
    total = count * len(surfaces)
    joints = np.zeros((total, 4), int)
    joints[:, 0] = rest.skeleton.names.index("head")
    return AvatarMesh(
        name="Lashes",
        positions=np.concatenate([ribbon.positions for ribbon in grown]),
        normals=np.concatenate([ribbon.normals for ribbon in grown]),
        uvs=uvs,
        triangles=triangles,
        joints=joints,
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (total, 1)),
        material=MATERIAL,
        morphs=_morphs(grown, rest, count),
        first_person="thirdPersonOnly",
    )


def _morphs(grown: list[_Ribbon], rest: RestBody, count: int) -> tuple[MorphTarget, ...]:
    targets, moves = [], [rest.expressions.of(number) for number in range(len(ARKIT_NAMES))]
    changes = [ribbon.changes(moves) for ribbon in grown]
    for number, name in enumerate(ARKIT_NAMES):
        moved = [(k, *change[number]) for k, change in enumerate(changes) if number in change]
        moved = [(k, p, n) for k, p, n in moved if np.abs(p).max() > _LEAST_MOVE_M]
        if moved:
            indices = np.concatenate([np.arange(k * count, (k + 1) * count) for k, _, _ in moved])
            positions, normals = (np.concatenate([m[axis] for m in moved]) for axis in (1, 2))
            targets.append(MorphTarget(name, indices, positions, normals))
    return tuple(targets)


class _Ribbon:
    """The lashes of one lid: a grid of `_ROWS` from root to tip by `_COLUMNS` along the lid."""

    def __init__(self, rest: RestBody, side: str, line: LashLine, tucked: float) -> None:
        self._line, self._tucked = line, tucked if line.upper else 0.0
        self._edge = lid_margins(side)[0 if line.upper else 1]
        self._along = _resampling(side, line.upper)
        self._lid = np.asarray(rest.positions, float)[self._edge]
        self._center = rest.joint(f"{side}Eye")
        self._width = float(np.linalg.norm(self._lid[-1] - self._lid[0]))
        self._outward = 1.0 if side == "left" else -1.0
        self._around = _skin_around(side)
        self._skin = np.asarray(rest.positions, float)[self._around]
        self._room, self._level = np.full(_COLUMNS * _ROWS, _CLEARANCE_M), self._forward(self._lid[None])[1][..., 1:2]
        positions, normals = self._grown(self._lid[None], self._skin[None])
        ahead = positions[0, :, 2] - _depth(positions[0], self._skin)
        self._room = np.clip(ahead, _CLEARANCE_M, _MOST_CLEARANCE_M)
        self.positions, self.normals = positions[0], normals[0]

    def changes(self, moves: Sequence[tuple[np.ndarray, np.ndarray]]) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """What moving the body's vertices does to the ribbon's positions and normals, by the number of the move.

        Args:
            moves: vertices (K,), rising, and their offsets (K, 3); those that leave the lid's edge alone do nothing.
        """
        lids = {
            number: lid for number, move in enumerate(moves) if (lid := moved_points(self._lid, self._edge, *move)) is not None
        }
        if not lids:
            return {}
        skins = [moved_points(self._skin, self._around, *moves[number]) for number in lids]
        positions, normals = self._grown(
            np.stack(list(lids.values())), np.stack([self._skin if skin is None else skin for skin in skins])
        )
        return dict(zip(lids, zip(positions - self.positions, normals - self.normals, strict=True), strict=True))

    def _forward(self, lids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where lashes leave a lid's edge (E, P, 3), and the directions from the eyeball's middle to it, (E, _COLUMNS, 3)."""
        roots = self._along @ lids
        forward = roots - self._center
        return roots, forward / np.linalg.norm(forward, axis=2, keepdims=True)

    def _grown(self, lids: np.ndarray, skins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions and normals (E, N, 3) of the ribbon on a lid's edge (E, P, 3), before the skin (E, S, 3) about it.

        The lashes turn with the lid about the eyeball.
        """
        line = self._line
        roots, forward = self._forward(lids)
        up = np.array([0.0, 1.0, 0.0]) - forward * forward[..., 1:2]
        up /= np.linalg.norm(up, axis=2, keepdims=True)
        share = np.linspace(0.0, 1.0, _COLUMNS)
        fan = np.stack([self._outward * (share - 0.35), np.zeros(_COLUMNS), np.zeros(_COLUMNS)], axis=1)
        length = line.length * self._width * _length_profile(share) * (1.0 + 0.5 * line.sweep * (share - 0.5))
        sign = 1.0 if line.upper else -1.0
        tucked = self._tucked * self._width * np.clip(1.0 - (self._level - forward[..., 1:2]) / _SHUT, 0.0, 1.0)
        points = [roots + tucked * (0.5 * forward - up)]
        for row in range(1, _ROWS):
            steep = sign * (line.rise + line.curl * (row - 0.5) / (_ROWS - 1)) + line.droop * forward[..., 1:2]
            heading = forward + steep * up + 0.8 * fan
            heading /= np.linalg.norm(heading, axis=2, keepdims=True)
            points.append(points[-1] + length[:, None] * heading / (_ROWS - 1))
        # Lit as the lid behind them is: ribbons with their own normals would flash.
        grown = np.concatenate(points, axis=1)
        grown[..., 2] += _before_skin(grown, skins, self._room)
        return grown, np.tile(forward, (1, _ROWS, 1))


def moved_points(points: np.ndarray, numbers: np.ndarray, vertices: np.ndarray, offsets: np.ndarray) -> np.ndarray | None:
    """Points (P, 3), the body's vertices `numbers`, after its vertices (N,), rising, moved by offsets (N, 3).

    None: none of them moves.
    """
    at = np.minimum(np.searchsorted(vertices, numbers), len(vertices) - 1)
    hit = vertices[at] == numbers
    if not hit.any():
        return None
    moved = points.copy()
    moved[hit] += offsets[at[hit]]
    return moved


def _before_skin(points: np.ndarray, skins: np.ndarray, room_m: np.ndarray) -> np.ndarray:
    """(E, N) metres by which lashes (E, N, 3) must come forward to lie so far (N,) before the skin (E, S, 3).

    It bulges over wide-open lids. What an expression leaves of the room that lashes have at rest, the next one, shown at the
    same time, would take.
    """
    depth = np.stack([_depth(row, skin) for row, skin in zip(points, skins, strict=True)])
    behind = np.maximum(depth + room_m - points[..., 2], 0.0).reshape(-1, _ROWS, _COLUMNS)
    behind[:, 0] = 0.0
    widest = np.maximum.accumulate(ndimage.maximum_filter1d(behind, 3, axis=2), axis=1)
    return np.asarray(ndimage.uniform_filter1d(widest, 3, axis=2)).reshape(depth.shape)


def _depth(points: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """(N,) how far ahead skin (S, 3) lies at points (N, 3), seen from ahead."""
    distance, nearest = tree_of(skin[:, :2]).query(points[:, :2], k=_NEIGHBOURS)
    weight = 1.0 / (np.asarray(distance) + 1e-4)
    return np.asarray(np.einsum("nk,nk->n", skin[nearest, 2], weight) / weight.sum(axis=1))


@cache
def _skin_around(side: str) -> np.ndarray:
    """Vertices of the skin of the front of the face about one eye."""
    body = load_body()
    head = np.setdiff1d(body.parts["head"].quads, body.parts[f"socket-{side}"].quads)
    eye = (body.joint_heads @ body.positions)[body.joint_names.index(f"{side}Eye")]
    near = np.linalg.norm(body.positions[head, :2] - eye[:2], axis=1) < _SKIN_REACH_M
    return head[near & (body.positions[head, 2] > eye[2])]


def _length_profile(share: np.ndarray) -> np.ndarray:
    """Lengths from the inner to the outer corner, 0..1: longest at two thirds."""
    return np.interp(share, [0.0, 0.06, 0.3, 0.7, 0.92, 1.0], [0.18, 0.42, 0.78, 1.0, 0.85, 0.5])


@cache
def _resampling(side: str, upper: bool) -> np.ndarray:
    """(_COLUMNS, P) weights that give points along a lid's edge, evenly spaced on the average face, short of the corners."""
    edge = load_body().positions[lid_margins(side)[0 if upper else 1]]
    stations = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
    wanted = np.linspace(0.07, 0.985, _COLUMNS) * stations[-1]
    return np.stack([np.interp(wanted, stations, unit) for unit in np.eye(len(edge))], axis=1)


def _uvs(line: LashLine) -> np.ndarray:
    u, v = np.meshgrid(np.linspace(0.0, 1.0, _COLUMNS), np.linspace(0.0, 1.0, _ROWS))
    return np.stack([u, 0.5 * (1.0 - 0.96 * v) + (0.0 if line.upper else 0.5)], axis=-1).reshape(-1, 2)


def _triangles(line: LashLine, side: str) -> np.ndarray:
    number = np.arange(_COLUMNS * _ROWS).reshape(_ROWS, _COLUMNS)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    return triangles if line.upper == (side == "left") else triangles[:, ::-1]


def lashes_material(look: Look) -> Material:
    """The lashes' material: strands by alpha, blended, since a mask would lose hairs thinner than a pixel."""
    return Material(
        MATERIAL,
        base_color_texture=_texture(look.lashes),
        roughness=0.8,
        specular=_SPECULAR,
        alpha_mode="BLEND",
        double_sided=True,
    )


@cache
def _texture(kind: str) -> Texture:
    """Upper lashes in the picture's upper half, lower ones in the lower; roots at the bottom of each.

    Args:
        kind: natural ones have single hairs, lifelike ones finer hairs that cross and no line at their roots, clean ones tufts,
            painted ones a line with a few tips.
    """
    if kind == "lifelike":
        upper, lower = _fine_strands(150, 2.3, 0.75, 11), 0.75 * _fine_strands(56, 1.7, 0.25, 12)
    elif kind == "natural":
        upper, lower = _strands(120, 3.4, 11), 0.8 * _strands(60, 1.9, 12)
    elif kind == "clean":
        upper, lower = _line((0.14, 0.26, 0.42), _CLEAN_TIPS), 0.35 * _line((0.0, 0.12, 0.16), ())
    else:
        upper, lower = _line((0.40, 0.52, 0.78), _PAINTED_TIPS), 0.75 * _line((0.0, 0.08, 0.26), ())
    alpha = np.concatenate([upper, lower])
    color = np.broadcast_to(np.array(_COLOR, np.uint8), (*alpha.shape, 3))
    return Texture("lashes", np.dstack([color, np.clip(alpha * 255, 0, 255).astype(np.uint8)]), "png")


def _line(heights: tuple[float, float, float], tips: tuple[tuple[float, float, float], ...]) -> np.ndarray:
    """(_HEIGHT_PX, _WIDTH_PX) 0..1: a solid line along the lid.

    Args:
        heights: at the inner corner, in the middle and near the outer corner, of the ribbon's.
        tips: of each tuft: where, half its width at the root, and its height.
    """
    along = (np.arange(_WIDTH_PX) + 0.5) / _WIDTH_PX
    top = np.interp(along, (0.0, 0.45, 0.93, 1.0), (*heights, 0.75 * heights[2]))
    for middle, half, height in tips:
        leaning = np.clip(1.0 - np.abs(along - middle) / half, 0.0, 1.0)
        top = np.maximum(top, height * leaning**1.3)
    rows = 1.0 - (np.arange(_HEIGHT_PX) + 0.5)[:, None] / _HEIGHT_PX
    return np.clip((top[None] - rows) * _HEIGHT_PX / 2.5 + 0.5, 0.0, 1.0) * np.clip(along / 0.05, 0.0, 1.0)


def _fine_strands(count: int, thick_px: float, line: float, seed: int) -> np.ndarray:
    """(_HEIGHT_PX, _WIDTH_PX) 0..1: hairs that bend and lean together in tufts of three to five, as wet lids gather them.

    Args:
        line: how dark the roots' row is.
    """
    random = np.random.default_rng(seed)
    fine = 4
    picture = np.zeros((_HEIGHT_PX * fine, _WIDTH_PX * fine), np.uint8)
    root, top = _HEIGHT_PX * fine - 1, 0.03 * _HEIGHT_PX * fine
    t = np.linspace(0.0, 1.0, 10)
    starts = np.sort(random.random(count))
    tufts = np.cumsum(random.random(count) < 0.27)
    for tuft in range(tufts[-1] + 1):
        hairs = np.flatnonzero(tufts == tuft)
        if not len(hairs):
            continue
        gather, reach, lean = random.uniform(0.25, 0.8), random.uniform(0.62, 1.0), random.normal(0.0, 0.010)
        for start in starts[hairs]:
            length = np.clip(reach * random.uniform(0.72, 1.05), 0.0, 1.0)
            end = start + gather * (starts[hairs].mean() - start) + lean + random.normal(0.0, 0.004)
            bow = random.normal(0.0, 0.005)
            x = (start + (end - start) * t**1.6 + bow * np.sin(np.pi * t)) * _WIDTH_PX * fine
            half = 0.5 * thick_px * fine * random.uniform(0.75, 1.1) * (1.0 - 0.93 * t**1.3)
            outline = _strip(x, root - length * (root - top) * t, half)
            cv2.fillPoly(picture, [outline], (255,), cv2.LINE_AA, 4)
    return _rooted(picture, line, 0.10)


def _strip(x: np.ndarray, y: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Corners, in sixteenths of a pixel, of a hair along points (N,), (N,) so much wide to each side."""
    outline = np.concatenate([np.stack([x - half, y], 1), np.stack([x + half, y], 1)[::-1]])
    return np.round(outline * 16).astype(np.int32)


def _strands(count: int, thick_px: float, seed: int) -> np.ndarray:
    """(_HEIGHT_PX, _WIDTH_PX) 0..1: tapering hairs in small tufts, and the dark line of their roots."""
    random = np.random.default_rng(seed)
    fine = 4
    picture = np.zeros((_HEIGHT_PX * fine, _WIDTH_PX * fine), np.uint8)
    root, top = _HEIGHT_PX * fine - 1, 0.04 * _HEIGHT_PX * fine
    for k in range(count):
        start = (k + random.uniform(0.2, 0.8)) / count
        tuft = (np.floor(start * count / 5) + 0.5) * 5 / count
        length = random.uniform(0.55, 1.0)
        end = start + 0.55 * (tuft - start) + random.normal(0.0, 0.006)
        t = np.linspace(0.0, 1.0, 9)
        x = (start + (end - start) * t**1.5) * _WIDTH_PX * fine
        y = root - length * (root - top) * t
        half = 0.5 * thick_px * fine * (1.0 - 0.85 * t)
        cv2.fillPoly(picture, [_strip(x, y, half)], (255,), cv2.LINE_AA, 4)
    return _rooted(picture, 0.95, 0.16)


def _rooted(picture: np.ndarray, line: float, share: float) -> np.ndarray:
    """(_HEIGHT_PX, _WIDTH_PX) 0..1 a finer picture of hairs, with their roots as a line so dark over that share of it."""
    strands = cv2.resize(picture, (_WIDTH_PX, _HEIGHT_PX), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    height = 1.0 - (np.arange(_HEIGHT_PX) + 0.5)[:, None] / _HEIGHT_PX
    return np.maximum(strands, np.broadcast_to(line * np.clip(1.0 - height / share, 0.0, 1.0), strands.shape))
