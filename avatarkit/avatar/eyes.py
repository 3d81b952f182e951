"""Eyeballs: round ones in place of the data's coarse ones, with the normals of a cornea."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, Material, MorphTarget, Texture
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.eye_pictures import FRONT_DEG, FRONT_RADIUS, IRIS_DEG, eye_picture
from avatarkit.avatar.look import Look
from avatarkit.body.body import load_body
from avatarkit.body.expressions import SIDES, look_turns
from avatarkit.body.lids import lid_margins
from avatarkit.body.rest import RestBody
from avatarkit.vocabulary.arkit import ARKIT_NAMES

MATERIAL = "Eyes"

_CORNEA_BEND = 1.55  # how much more a cornea's surface turns than the eyeball below it (radii 12 and 7.8 mm)
_RINGS_DEG = (0, 5, 9, 13, 16.5, 19.5, 22, 24, 27, 32, 40, 50, 62, 76, 92, 112)
_AROUND = 28
_FLAT_FROM, _FLAT_SHRINK = 1.3, 0.09
_FRONT_RAD = np.radians(FRONT_DEG)
_LID_BEFORE, _LEAST_ROOM = 1.02, 0.85  # where a lid's edge lies, of the eyeball's radius; how far it may shrink for that
_IRIS_FILLS = {"clean": 0.9, "painted": 1.06}
"""How much of what the lids leave open an iris takes upright: less stares, more has no white left."""
_IRIS_SCALES = (0.8, 1.3)  # beyond these the picture's pixels would show, or a highlight lie on the cheek


@cache
def _ball(iris_deg: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A unit ball with an iris, looking along +Z: directions (N, 3), normals (N, 3), uvs (N, 2), triangles (T, 3)."""
    angles, around = np.meshgrid(np.radians(_RINGS_DEG), np.linspace(0.0, 2.0 * np.pi, _AROUND, endpoint=False), indexing="ij")
    directions = _direction(angles, around)
    radius = np.where(
        angles < _FRONT_RAD,
        FRONT_RADIUS * angles / _FRONT_RAD,
        FRONT_RADIUS + (0.5 - FRONT_RADIUS) * (angles - _FRONT_RAD) / (np.pi - _FRONT_RAD),
    )
    uvs = 0.5 + radius[..., None] * np.stack([np.cos(around), -np.sin(around)], axis=-1)
    number = np.arange(angles.size).reshape(angles.shape)
    a, b = number[:-1], number[1:]
    c, d = np.roll(b, -1, axis=1), np.roll(a, -1, axis=1)
    # All vertices of the first ring lie on the pole: of its quads only one half has an area.
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1)[1:].reshape(-1, 3)])
    normals = _direction(_bent(angles, np.radians(iris_deg)), around)
    return directions.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2), triangles


def _direction(angle: np.ndarray, around: np.ndarray) -> np.ndarray:
    return np.stack([np.sin(angle) * np.cos(around), np.sin(angle) * np.sin(around), np.cos(angle)], axis=-1)


def _bent(angles: np.ndarray, iris: float) -> np.ndarray:
    """Angles of the normals: over the iris those of a cornea, whose highlight is what makes an eye look alive."""
    inside = np.clip((1.25 * iris - angles) / (0.45 * iris), 0.0, 1.0)
    share = inside * inside * (3.0 - 2.0 * inside)
    return angles * (1.0 + (_CORNEA_BEND - 1.0) * share)


@cache
def _fit(side: str) -> tuple[np.ndarray, np.ndarray]:
    """Vertices of the data's eyeball, and the (3, E) matrix that takes them (about their middle) to the ball's linear map."""
    body = load_body()
    vertices = np.unique(body.parts[f"eye-{side}"].quads)
    center = body.joint_heads[body.joint_names.index(f"{side}Eye")] @ body.positions
    directions = body.positions[vertices] - center
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return vertices, np.linalg.pinv(directions)


def eyes_mesh(rest: RestBody, look: Look) -> AvatarMesh:
    """Both eyeballs of a person, each bound to its eye bone, with the eyeLook expressions as rotations about its middle.

    Eyes mirror each other unless they have painted highlights: light comes from one side.
    """
    directions, normals, uvs, triangles = _ball(IRIS_DEG[look.eyes])
    count = len(directions)
    positions, morphs = [], []
    for number, side in enumerate(SIDES):
        center, stretch = eyeball(rest, side)
        positions.append(center + directions @ stretch.T)
        for name, turn in look_turns(side).items():
            moved = (directions @ turn.T - directions) @ stretch.T
            indices = np.arange(number * count, (number + 1) * count)
            morphs.append(MorphTarget(name, indices, moved, normals @ turn.T - normals))
    uvs = 0.5 + (uvs - 0.5) / _iris_scale(rest, look)
    bones = np.repeat([rest.skeleton.names.index(f"{side}Eye") for side in SIDES], count)
    both = np.concatenate([uvs, uvs * [-1.0, 1.0] + [1.0, 0.0] if _mirrored(look) else uvs])
    return AvatarMesh(
        name="Eyes",
        positions=np.concatenate(positions),
        normals=np.concatenate([normals, normals]),
        uvs=both,
        triangles=np.concatenate([triangles, triangles + count]),
        joints=np.pad(bones[:, None], ((0, 0), (0, 3))),
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (2 * count, 1)),
        material=MATERIAL,
        morphs=tuple(sorted(morphs, key=lambda morph: ARKIT_NAMES.index(morph.name))),
        first_person="thirdPersonOnly",
    )


def eyeball(rest: RestBody, side: str) -> tuple[np.ndarray, np.ndarray]:
    """Middle (3,) of a person's eyeball, and the (3, 3) map of a unit ball to it; upright, nothing off its diagonal."""
    vertices, pseudo_inverse = _fit(side)
    center = rest.joint(f"{side}Eye")
    stretch = _behind_lids(_upright((pseudo_inverse @ (rest.positions[vertices] - center)).T))
    return center, stretch * _room(stretch, rest.positions[np.concatenate(lid_margins(side))] - center)


def _mirrored(look: Look) -> bool:
    return look.eyes == "lifelike" or (look.eyes == "natural" and not look.catch_light)


def _iris_scale(rest: RestBody, look: Look) -> float:
    """How much larger than `IRIS_DEG` drawn irises are: they go with the opening of these very lids."""
    if look.eyes not in _IRIS_FILLS:
        return 1.0
    opening = np.mean([np.ptp(rest.positions[np.concatenate(lid_margins(side)), 1]) for side in SIDES])
    ball = np.mean([np.ptp(rest.positions[_fit(side)[0], 1]) for side in SIDES])
    iris = ball * np.sin(np.radians(IRIS_DEG[look.eyes]))
    return float(np.clip(_IRIS_FILLS[look.eyes] * opening / iris, *_IRIS_SCALES))


def _upright(stretch: np.ndarray) -> np.ndarray:
    """The (3, 3) map of a ball to an eyeball of the same width, height and depth that is not slanted: nor are irises."""
    return np.diag(np.linalg.norm(stretch, axis=1))


def _behind_lids(stretch: np.ndarray) -> np.ndarray:
    """The (3, 3) map of a ball to an eyeball, a little smaller where it is much taller than deep: lids are straight there."""
    _, tall, deep = np.linalg.norm(stretch, axis=0)
    return stretch * (1.0 - _FLAT_SHRINK * float(np.clip(tall / deep - _FLAT_FROM, 0.0, 1.0)))


def _room(stretch: np.ndarray, margins: np.ndarray) -> float:
    """What an eyeball is scaled by for the edges of its lids (P, 3), about its middle, to lie before it.

    Round cheeks push the lids of some drawn figures back, and a white that reaches through them lies on the cheek.
    """
    nearest = np.linalg.norm(margins @ np.linalg.inv(stretch).T, axis=1).min()
    return float(np.clip(nearest / _LID_BEFORE, _LEAST_ROOM, 1.0))


def eyes_material(iris: str, look: Look) -> Material:
    """The eyes' material: iris colour "#rrggbb", as the look has eyes."""
    texture = _texture(iris, look.eyes, look.catch_light)
    return Material(MATERIAL, base_color_texture=texture, roughness=look.eye_roughness, clearcoat=look.cornea)


@lru_cache(maxsize=4)
def _texture(iris: str, kind: str, catch_light: float) -> Texture:
    return Texture("eyes", eye_picture(parse_color(iris), kind, catch_light))
