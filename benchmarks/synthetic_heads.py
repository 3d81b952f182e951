"""Pictures of heads whose shape, expression, pose and camera are known: truth for the fit and for the landmark table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from avatarkit.body.body import Body, load_body
from avatarkit.body.shape import shape_body
from avatarkit.body.texture_space import head_texels
from avatarkit.face_fit.face_model import load_face_model
from avatarkit.geometry import quaternions
from avatarkit.geometry.meshes import triangulate, vertex_normals
from avatarkit.render.camera import PinholeCamera
from avatarkit.render.renderer import Renderer
from avatarkit.render.scene import Light, Lighting, RenderMaterial, RenderMesh
from avatarkit.vocabulary.arkit import ARKIT_NAMES

SIZE_PX = 640
SkinPainter = Callable[[tuple[float, ...], tuple[float, ...], np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class SyntheticHead:
    """One rendered head and its truth.

    Attributes:
        pixels: (H, W, 3) uint8.
        sliders: slider name -> value.
        expression: (52,) ARKit weights.
        rotation: (4,) xyzw, head to world (the camera looks along -Z from +Z).
        camera: the camera.
        positions: (V, 3) metres, in the world, expression applied.
        neutral: (V, 3) metres, in the head's own axes, without expression.
    """

    pixels: np.ndarray
    sliders: dict[str, float]
    expression: np.ndarray
    rotation: np.ndarray
    camera: PinholeCamera
    positions: np.ndarray
    neutral: np.ndarray


def random_sliders(rng: np.random.Generator) -> dict[str, float]:
    """An identity from the fit's own prior (assets/face_prior.npz): normal with its covariance, cut at the sliders' ends."""
    names, root = _prior()
    return dict(zip(names, np.clip(root @ rng.normal(size=len(names)), -1, 1).tolist(), strict=True))


@cache
def _prior() -> tuple[tuple[str, ...], np.ndarray]:
    model = load_face_model()
    return model.slider_names, np.linalg.cholesky(model.covariance)


EXPRESSIONS: dict[str, dict[str, float]] = {
    "neutral": {},
    "smile": {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.5},
    "laugh": {"mouthSmileLeft": 0.7, "mouthSmileRight": 0.7, "jawOpen": 0.4, "mouthUpperUpLeft": 0.4, "mouthUpperUpRight": 0.4},
    "surprise": {"browInnerUp": 0.8, "browOuterUpLeft": 0.7, "browOuterUpRight": 0.7, "eyeWideLeft": 0.6, "eyeWideRight": 0.6,
                 "jawOpen": 0.5},
    "frown": {"browDownLeft": 0.8, "browDownRight": 0.8, "mouthFrownLeft": 0.6, "mouthFrownRight": 0.6},
    "pucker": {"mouthPucker": 0.8, "mouthFunnel": 0.3},
}  # fmt: skip


def expression_vector(weights: dict[str, float]) -> np.ndarray:
    """(52,) in ARKit's order."""
    vector = np.zeros(len(ARKIT_NAMES), np.float32)
    for name, value in weights.items():
        vector[ARKIT_NAMES.index(name)] = value
    return vector


class HeadStudio:
    """Draws synthetic heads. Keeps one renderer."""

    def __init__(self, size_px: int = SIZE_PX, paint_skin: SkinPainter | None = None) -> None:
        self.body = load_body()
        self.paint_skin = paint_skin or skin_picture
        self.size_px = size_px
        self.renderer = Renderer((size_px, size_px))

    def draw(  # noqa: PLR0917
        self,
        rng: np.random.Generator,
        sliders: dict[str, float],
        expression: np.ndarray,
        yaw_deg: float = 0.0,
        pitch_deg: float = 0.0,
        roll_deg: float = 0.0,
        look: int | None = None,
    ) -> SyntheticHead:
        """One head, seen by a random camera under random light; `look` fixes the colours of skin, hair and brows."""
        neutral = shape_body(sliders, self.body).positions
        positions = neutral + (self.body.expression_offsets @ expression).reshape(-1, 3)
        middle = neutral[_face_vertices()].mean(axis=0)
        angles = np.radians([pitch_deg, yaw_deg, roll_deg])
        turn = quaternions.IDENTITY
        for axis in (0, 1, 2):
            turn = quaternions.multiply(quaternions.from_rotation_vector(np.eye(3)[axis] * angles[axis]), turn)
        world = quaternions.rotate(turn, positions - middle)
        camera = _random_camera(rng, self.size_px)
        meshes = head_meshes(self.body, world, np.random.default_rng(rng.integers(2**31) if look is None else look),
                            self.paint_skin)  # fmt: skip
        shade = tuple(rng.uniform(0.1, 0.9, 3))
        pixels = self.renderer.render(meshes, camera, _random_light(rng), (shade, shade))[..., :3]
        return SyntheticHead(np.ascontiguousarray(pixels), sliders, expression, turn, camera, world, neutral)


@cache
def _face_vertices() -> np.ndarray:
    body = load_body()
    head = np.unique(body.parts["head"].quads)
    return head[body.positions[head, 2] > 0.08]


def _random_camera(rng: np.random.Generator, size_px: int) -> PinholeCamera:
    distance = rng.uniform(0.5, 2.0)
    face_share = rng.uniform(0.42, 0.6)  # of the picture's side, the face's height of about 0.2 m
    camera_to_world = np.diag([1.0, -1.0, -1.0, 1.0])
    camera_to_world[2, 3] = distance
    focal_px = face_share * size_px / 0.2 * distance
    principal = size_px * (0.5 + rng.uniform(-0.05, 0.05, 2))
    return PinholeCamera(float(focal_px), (float(principal[0]), float(principal[1])), (size_px, size_px), camera_to_world)


def _random_light(rng: np.random.Generator) -> Lighting:
    key = Light((rng.uniform(-1, 1), rng.uniform(0.0, 1), rng.uniform(0.4, 1)), rng.uniform(0.3, 0.6))
    return Lighting(ambient=rng.uniform(0.4, 0.7), lights=(key,), headroom=1.5)


def head_meshes(
    body: Body, positions: np.ndarray, rng: np.random.Generator, paint_skin: SkinPainter | None = None
) -> list[RenderMesh]:
    """The head's parts in plausible colours."""
    skin = np.array([0.88, 0.70, 0.60]) * rng.uniform(0.4, 1.1) * rng.uniform([0.95, 0.95, 0.9], [1.05, 1.03, 1.05])
    hair = np.array([0.35, 0.22, 0.13]) * rng.uniform(0.1, 1.4)
    texture = (paint_skin or skin_picture)(tuple(np.clip(skin, 0, 1)), tuple(np.clip(hair, 0, 1)), rng)
    iris = rng.uniform([0.1, 0.1, 0.05], [0.5, 0.5, 0.6])
    return [
        _part(body, positions, ("head", "socket-left", "socket-right"), RenderMaterial(texture=texture, roughness=0.7)),
        _part(body, positions, ("body",), RenderMaterial(base_color=(*np.clip(skin, 0, 1) ** 2.2, 1.0))),
        _part(body, positions, ("mouth", "tongue"), RenderMaterial(base_color=(0.2, 0.03, 0.03, 1.0))),
        _part(body, positions, ("teeth-upper", "teeth-lower"), RenderMaterial(base_color=(0.75, 0.7, 0.6, 1.0))),
        _part(
            body,
            positions,
            ("lashes-left", "lashes-right"),
            RenderMaterial(base_color=(0.01, 0.01, 0.01, 1), double_sided=True),
        ),
        _part(body, positions, ("eye-left", "eye-right"), RenderMaterial(texture=_eye_picture(tuple(iris)), roughness=0.15)),
    ]


def _part(body: Body, positions: np.ndarray, names: tuple[str, ...], material: RenderMaterial) -> RenderMesh:
    quads = np.concatenate([body.parts[n].quads for n in names])
    corners = triangulate(np.concatenate([body.parts[n].uv_quads for n in names]))
    triangles = triangulate(quads)
    normals = vertex_normals(positions, triangles)
    flat = triangles.reshape(-1)
    return RenderMesh(
        positions[flat], normals[flat], np.arange(len(flat)).reshape(-1, 3), body.uvs[corners.reshape(-1)], material=material
    )


def skin_picture(skin: tuple[float, ...], hair: tuple[float, ...], rng: np.random.Generator) -> np.ndarray:
    """(512, 512, 3) uint8: a head's skin with brows, lips and shorn hair in these colours."""
    body, texels = load_body(), head_texels(512)
    size = texels.size
    picture = np.empty((size, size, 3), np.float32)
    picture[:] = skin
    grain = cv2.GaussianBlur(rng.normal(0, 1, (size, size)).astype(np.float32), (0, 0), 1.5)
    picture *= 1.0 + 0.05 * grain[..., None]
    lips = texels.picture(texels.on_corners(body.regions["lips"]))[..., None]
    picture = picture * (1 - 0.6 * lips) + 0.6 * lips * np.array(skin) * rng.uniform([0.9, 0.4, 0.4], [1.1, 0.7, 0.7])
    u, v = np.meshgrid((np.arange(size) + 0.5) / size, (np.arange(size) + 0.5) / size)
    thickness, strength = rng.uniform(0.008, 0.016), rng.uniform(0.5, 0.95)
    across = (np.abs(u - 0.5) - 0.055) / 0.11  # 0 at the inner, 1 at the outer end of a brow
    line = 0.392 - 0.028 * np.sin(np.clip(across, 0, 1) * np.pi * 0.75)
    brow = np.exp(-(((v - line) / (thickness * (1.15 - 0.6 * np.clip(across, 0, 1)))) ** 4)) * ((across > 0) & (across < 1))
    scalp = 1 / (1 + np.exp(-(0.17 + rng.uniform(-0.03, 0.03) - v + 2.2 * np.maximum(np.abs(u - 0.5) - 0.24, 0)) / 0.008))
    scalp *= ~((np.abs(u - 0.5) > 0.28) & (np.abs(u - 0.5) < 0.36) & (v > 0.36) & (v < 0.62))
    cover = cv2.GaussianBlur(np.maximum(brow * strength, scalp * 0.97).astype(np.float32), (0, 0), 1.0)[..., None]
    picture = picture * (1 - cover) + cover * np.array(hair) * (1 + 0.25 * grain[..., None])
    return (np.clip(picture, 0, 1) * 255).astype(np.uint8)


def _eye_picture(iris: tuple[float, ...], size: int = 256) -> np.ndarray:
    x, y = np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size))
    radius = np.hypot(x, y)[..., None] / 2
    picture = np.where(radius < 0.175, np.array(iris), np.array([0.93, 0.91, 0.9]))
    picture = np.where(radius < 0.07, 0.02, picture)
    return (picture * 255).astype(np.uint8)
