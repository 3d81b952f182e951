"""Eyeballs: round ones in place of the data's coarse ones, with the normals of a cornea."""

from __future__ import annotations

from functools import cache, lru_cache

import cv2
import numpy as np

from avatarkit.avatar.avatar import AvatarMesh, Material, MorphTarget, Texture
from avatarkit.avatar.colors import parse_color
from avatarkit.body.body import load_body
from avatarkit.body.expressions import SIDES, look_turns
from avatarkit.body.rest import RestBody
from avatarkit.vocabulary.arkit import ARKIT_NAMES

MATERIAL = "Eyes"
TEXTURE_SIZE = 512

_IRIS_DEG = 22.5  # the data's eyeballs are larger than real ones (30 degrees): this shows an iris of a real one's width
_PUPIL_SHARE = 0.36  # of the iris's radius, in a lit room
_CORNEA_BEND = 1.55  # how much more a cornea's surface turns than the eyeball below it (radii 12 and 7.8 mm)
_RINGS_DEG = (0, 5, 9, 13, 16.5, 19.5, 22, 24, 27, 32, 40, 50, 62, 76, 92, 112)
_AROUND = 28
_FRONT_RAD, _FRONT_RADIUS = np.radians(60.0), 0.45  # the texture layout: the visible part takes nine tenths of the picture


@cache
def _ball() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A unit ball that looks along +Z: directions (N, 3), normals (N, 3), uvs (N, 2), triangles (T, 3)."""
    angles, around = np.meshgrid(np.radians(_RINGS_DEG), np.linspace(0.0, 2.0 * np.pi, _AROUND, endpoint=False), indexing="ij")
    directions = _direction(angles, around)
    radius = np.where(
        angles < _FRONT_RAD,
        _FRONT_RADIUS * angles / _FRONT_RAD,
        _FRONT_RADIUS + (0.5 - _FRONT_RADIUS) * (angles - _FRONT_RAD) / (np.pi - _FRONT_RAD),
    )
    uvs = 0.5 + radius[..., None] * np.stack([np.cos(around), -np.sin(around)], axis=-1)
    number = np.arange(angles.size).reshape(angles.shape)
    a, b = number[:-1], number[1:]
    c, d = np.roll(b, -1, axis=1), np.roll(a, -1, axis=1)
    # All vertices of the first ring lie on the pole: of its quads only one half has an area.
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1)[1:].reshape(-1, 3)])
    normals = _direction(_bent(angles), around)
    return directions.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2), triangles


def _direction(angle: np.ndarray, around: np.ndarray) -> np.ndarray:
    return np.stack([np.sin(angle) * np.cos(around), np.sin(angle) * np.sin(around), np.cos(angle)], axis=-1)


def _bent(angles: np.ndarray) -> np.ndarray:
    """Angles of the normals: over the iris those of a cornea, whose highlight is what makes an eye look alive."""
    iris = np.radians(_IRIS_DEG)
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


def eyes_mesh(rest: RestBody) -> AvatarMesh:
    """Both eyeballs of a person, each bound to its eye bone, with the eyeLook expressions as rotations about its middle."""
    directions, normals, uvs, triangles = _ball()
    count = len(directions)
    positions, morphs = [], []
    for number, side in enumerate(SIDES):
        vertices, pseudo_inverse = _fit(side)
        center = rest.joint(f"{side}Eye")
        stretch = (pseudo_inverse @ (rest.positions[vertices] - center)).T
        positions.append(center + directions @ stretch.T)
        for name, turn in look_turns(side).items():
            moved = (directions @ turn.T - directions) @ stretch.T
            indices = np.arange(number * count, (number + 1) * count)
            morphs.append(MorphTarget(name, indices, moved, normals @ turn.T - normals))
    bones = np.repeat([rest.skeleton.names.index(f"{side}Eye") for side in SIDES], count)
    mirrored = np.concatenate([uvs, uvs * [-1.0, 1.0] + [1.0, 0.0]])
    return AvatarMesh(
        name="Eyes",
        positions=np.concatenate(positions),
        normals=np.concatenate([normals, normals]),
        uvs=mirrored,
        triangles=np.concatenate([triangles, triangles + count]),
        joints=np.pad(bones[:, None], ((0, 0), (0, 3))),
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (2 * count, 1)),
        material=MATERIAL,
        morphs=tuple(sorted(morphs, key=lambda morph: ARKIT_NAMES.index(morph.name))),
        first_person="thirdPersonOnly",
    )


def eyes_material(iris: str, roughness: float) -> Material:
    """The eyes' material: iris colour "#rrggbb", roughness 0..1."""
    return Material(MATERIAL, base_color_texture=_texture(iris), roughness=roughness)


@lru_cache(maxsize=4)
def _texture(iris: str) -> Texture:
    return Texture("eyes", eye_picture(parse_color(iris)))


def eye_picture(iris: tuple[float, float, float]) -> np.ndarray:
    """(512, 512, 3) uint8: one eye seen from the front, pupil in the middle, inner corner on the left."""
    maps = _maps()
    color = np.asarray(iris, np.float32)
    fibre = maps["fibre"][..., None]
    ring = color * (0.30 + 0.85 * fibre)
    # Around the pupil nearly every iris is warmer and lighter; towards the white it ends in a dark ring.
    ring = ring + maps["collarette"][..., None] * np.array([0.16, 0.11, 0.04], np.float32) * (0.3 + color.max())
    ring = ring * (1.0 - 0.72 * maps["limbus"][..., None])
    ring = ring * (1.0 - maps["pupil"][..., None]) + 0.012 * maps["pupil"][..., None]
    white = maps["white"]
    mixed = white + (ring - white) * maps["iris"][..., None]
    return np.clip(255.0 * mixed + 0.5, 0, 255).astype(np.uint8)


@cache
def _maps() -> dict[str, np.ndarray]:
    """What does not depend on the colour, (512, 512) each, and the white of the eye (512, 512, 3)."""
    axis = (np.arange(TEXTURE_SIZE, dtype=np.float32) + 0.5) / TEXTURE_SIZE - 0.5
    x, y = np.meshgrid(axis, -axis)
    radius, around = np.hypot(x, y), np.arctan2(y, x)
    angle = np.degrees(radius * float(_FRONT_RAD) / _FRONT_RADIUS)
    share = angle / _IRIS_DEG
    pupil = _soft(share, _PUPIL_SHARE, 0.035)
    fibre = _fibres(share, around)
    # Light from above is gathered below the pupil: without it an iris looks painted.
    gathered = np.exp(-(((share - 0.62) / 0.3) ** 2)) * np.clip(-np.sin(around), 0.0, 1.0) ** 1.5
    return {
        "iris": _soft(share, 1.0, 0.045),
        "pupil": pupil,
        "fibre": np.clip(fibre + 0.55 * gathered, 0.0, 1.6),
        "collarette": np.exp(-(((share - 0.48) / 0.12) ** 2)) * (0.6 + 0.4 * fibre),
        "limbus": np.clip((share - 0.74) / 0.26, 0.0, 1.0) ** 1.6,
        "white": _white(x, y, angle),
    }


def _soft(value: np.ndarray, edge: float, width: float) -> np.ndarray:
    """1 below the edge, 0 above, smooth between."""
    t = np.clip((edge + width - value) / (2.0 * width), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _fibres(share: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Radial strands, 0..1: noise that is fine around and slow along the radius."""
    random = np.random.default_rng(7)
    strands = np.zeros_like(share)
    for around_count, along_count, weight in ((180, 3, 0.5), (90, 4, 0.3), (40, 3, 0.2)):
        noise = random.random((along_count, around_count)).astype(np.float32)
        noise = np.concatenate([noise, noise[:, :1]], axis=1)
        columns = ((around / (2.0 * np.pi) + 0.5) * around_count).astype(np.float32)
        rows = np.clip(share * (along_count - 1), 0.0, along_count - 1.001).astype(np.float32)
        strands += weight * cv2.remap(noise, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.clip((strands - 0.25) / 0.5, 0.0, 1.0)


def _white(x: np.ndarray, y: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """(512, 512, 3) the sclera: never pure white, redder towards the corners, darker towards where lids shade it, veined."""
    corner = np.clip((np.abs(x) - 0.2) / 0.25, 0.0, 1.0) ** 1.3
    shade = np.clip((angle - 26.0) / 34.0, 0.0, 1.0)[..., None]
    base = np.array([0.86, 0.845, 0.83], np.float32) - shade * np.array([0.10, 0.135, 0.13], np.float32)
    base = base - corner[..., None] * np.array([0.03, 0.14, 0.13], np.float32)
    lid = np.clip((y - 0.12) / 0.2, 0.0, 1.0)[..., None]
    base = base * (1.0 - 0.22 * lid)
    return base - (_veins() * np.clip((angle - 30.0) / 25.0, 0.0, 1.0))[..., None] * np.array([0.05, 0.24, 0.22], np.float32)


def _veins() -> np.ndarray:
    """(512, 512) 0..1, thin branching lines that come in from the corners."""
    random = np.random.default_rng(3)
    picture = np.zeros((TEXTURE_SIZE, TEXTURE_SIZE), np.float32)
    for _ in range(26):
        side = random.choice([-1.0, 1.0])
        spot = np.array([0.5 + side * 0.47, 0.5 + random.uniform(-0.22, 0.22)])
        heading = np.array([-side, random.uniform(-0.5, 0.5)])
        steps = [spot]
        for _ in range(int(random.integers(8, 15))):
            heading = heading + random.normal(0.0, 0.35, 2)
            heading = heading / np.linalg.norm(heading)
            steps.append(steps[-1] + 0.016 * heading)
        points = np.round(np.array(steps) * TEXTURE_SIZE * 16).astype(np.int32)
        cv2.polylines(picture, [points], False, (float(random.uniform(0.3, 0.9)),), 1, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(picture, (0, 0), 0.8)
