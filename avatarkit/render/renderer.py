"""Plain scenes to pixels, by pygfx. With `uploads` the one module that knows pygfx and wgpu."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from avatarkit.errors import MissingError, UsageError
from avatarkit.render.camera import PinholeCamera
from avatarkit.render.color import to_linear, to_srgb
from avatarkit.render.scene import (
    NEUTRAL_BACKGROUND,
    PORTRAIT_LIGHT,
    Background,
    Lighting,
    RenderMesh,
)
from avatarkit.render.tone import developed, expand
from avatarkit.render.uploads import Uploads, rgba_color, srgb

MAX_SIDE_PX = 4096
"""Largest side of a picture: at two samples a side it fills WebGPU's guaranteed texture size of 8192."""

_BACKENDS = ("Vulkan", "Metal", "DX12")  # pygfx needs features that OpenGL drivers lack
_NO_DRIVER = (
    "Pictures need a Vulkan driver and this machine has none.\nOn Debian or Ubuntu: sudo apt-get install -y mesa-vulkan-drivers"
)
_NEAR_PER_FAR = 1e-3
_SHADOW_MAP_SIDE_PX = 1024  # pygfx's, not adjustable
_SHADOW_BIAS_PX = 4.0  # pygfx blurs over two pixels either way; twice that keeps slopes up to 60 degrees free of stripes
_DRAWN_BIAS_M = 0.018  # a drawn fringe throws its shadow on the brow, a lock none on the next


class Renderer:
    """Draws scenes at one size. The first one in a process starts the graphics device: keep it for many pictures.

    A context manager; what was uploaded for the last picture stays until the next one, so that a turntable uploads once.
    """

    def __init__(self, size_px: tuple[int, int], samples: int = 2) -> None:
        """Prepare pictures of `size_px` (width, height), each pixel the mean of `samples` x `samples`.

        Raises:
            UsageError: a size or a number of samples out of range.
            MissingError: there is no Vulkan driver (nor Metal, nor DirectX 12).
        """
        _check_size(size_px, samples)
        self._gfx = _graphics()
        from rendercanvas.offscreen import RenderCanvas

        self.size_px = size_px
        self._canvas = RenderCanvas(size=size_px, pixel_ratio=1.0)
        # At exactly two samples a side "linear" is the mean of the four, in linear light.
        pixel_filter = "linear" if samples <= 2 else "mitchell"
        self._renderer = self._gfx.WgpuRenderer(
            self._canvas, pixel_scale=samples, pixel_filter=pixel_filter, ppaa="none", enable_events=False
        )
        self._uploaded = Uploads(self._gfx)

    def __enter__(self) -> Renderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free what was uploaded."""
        self._uploaded = Uploads(self._gfx)
        self._canvas.close()

    def render(
        self,
        meshes: Sequence[RenderMesh],
        camera: PinholeCamera,
        lighting: Lighting = PORTRAIT_LIGHT,
        background: Background | None = NEUTRAL_BACKGROUND,
    ) -> np.ndarray:
        """One picture.

        Args:
            meshes: in world space.
            camera: its `size_px` must be the renderer's.
            lighting: lights in the camera's axes.
            background: sRGB at the top and at the bottom, or None for a transparent picture.

        Returns:
            (H, W, 4) uint8 sRGB, straight alpha.
        """
        if tuple(camera.size_px) != tuple(self.size_px):
            raise ValueError(f"the camera is for {camera.size_px} pixels, the renderer for {self.size_px}")
        scene = self._gfx.Scene()
        if background is not None:
            top, bottom = (_exposed_background(color, lighting.headroom) for color in background)
            scene.add(self._gfx.Background(None, self._gfx.BackgroundMaterial(bottom, top)))
        scene.add(*self._uploaded.objects(meshes, camera, lighting))
        scene.add(*_light_objects(self._gfx, lighting, meshes, camera))
        view = _camera_object(self._gfx, camera, meshes)
        self._canvas.request_draw(lambda: self._renderer.render(scene, view))
        pixels = np.array(self._canvas.draw())
        if background is None:  # pygfx's own last step multiplies by alpha once more
            pixels = _reduced(self._renderer.snapshot(), self.size_px)
        return developed(pixels, lighting.headroom)


def _graphics() -> Any:
    """pygfx with a working device behind it.

    Raises:
        MissingError: no driver.
    """
    gfx = _pygfx()
    try:
        gfx.renderers.wgpu.get_shared()
    except RuntimeError as error:
        raise MissingError(_NO_DRIVER) from error
    return gfx


@cache
def _pygfx() -> Any:
    if "XDG_RUNTIME_DIR" not in os.environ:
        # Mesa's device chooser asks Wayland and complains on standard error when there is no session, as on servers.
        os.environ.setdefault("NODEVICE_SELECT", "1")
    from wgpu.backends.wgpu_native.extras import set_instance_extras

    set_instance_extras(backends=_BACKENDS)
    with _without_font_search():
        import pygfx

    return pygfx


@contextmanager
def _without_font_search() -> Iterator[None]:
    """Keep pygfx from searching the system's fonts, as it does when imported, and from noting them in the user's home.

    No text is drawn here. It is shown a folder of notes that say there are none.
    """
    before = os.environ.get("PYGFX_DATA_DIR")
    os.environ["PYGFX_DATA_DIR"] = str(Path(__file__).parent / "no_fonts")
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYGFX_DATA_DIR"]
        else:
            os.environ["PYGFX_DATA_DIR"] = before


def _check_size(size_px: tuple[int, int], samples: int) -> None:
    if not all(1 <= side <= MAX_SIDE_PX for side in size_px):
        raise UsageError(f"A picture's sides must be between 1 and {MAX_SIDE_PX} pixels, not {size_px[0]}x{size_px[1]}.")
    if samples < 1 or max(size_px) * samples > 2 * MAX_SIDE_PX:
        raise UsageError(f"{samples} samples a side do not fit a picture of {size_px[0]}x{size_px[1]} pixels.")


def _camera_object(gfx: Any, camera: PinholeCamera, meshes: Sequence[RenderMesh]) -> Any:
    """A pygfx camera with the pinhole's projection: pygfx looks along -Z with +Y up and wants depth 0..1."""
    projection = _projection(camera, *_depth_range(camera, meshes))

    class Pinhole(gfx.Camera):
        def _update_projection_matrix(self) -> np.ndarray:
            return projection

    view = Pinhole()
    view.world.matrix = camera.camera_to_world @ np.diag([1.0, -1.0, -1.0, 1.0])
    return view


def _projection(camera: PinholeCamera, near: float, far: float) -> np.ndarray:
    """(4, 4) from camera axes (+Y up, -Z forward) to WebGPU's clip space."""
    width, height = camera.size_px
    (center_x, center_y), focal = camera.principal_px, camera.focal_px
    return np.array(
        [
            [2 * focal / width, 0.0, 1 - 2 * center_x / width, 0.0],
            [0.0, 2 * focal / height, 2 * center_y / height - 1, 0.0],
            [0.0, 0.0, -far / (far - near), -far * near / (far - near)],
            [0.0, 0.0, -1.0, 0.0],
        ]
    )


def _depth_range(camera: PinholeCamera, meshes: Sequence[RenderMesh]) -> tuple[float, float]:
    """Near and far plane, metres, just around the corners of the meshes' boxes."""
    depths = [camera.depth(_corners(mesh.positions)) for mesh in meshes if len(mesh.positions)]
    if not depths or np.max(depths) <= 0:
        return 0.1, 10.0
    far = 1.01 * float(np.max(depths))
    return max(0.99 * float(np.min(depths)), _NEAR_PER_FAR * far), far


def _corners(positions: np.ndarray) -> np.ndarray:
    """(8, 3) corners of the box around positions (V, 3)."""
    box = np.stack([positions.min(axis=0), positions.max(axis=0)])
    return np.stack(np.meshgrid(*box.T, indexing="ij"), axis=-1).reshape(-1, 3)


def _light_objects(gfx: Any, lighting: Lighting, meshes: Sequence[RenderMesh], camera: PinholeCamera) -> list[Any]:
    # pygfx divides by pi where light meets a matt surface; 1.0 here is a white one at full brightness.
    objects = [gfx.AmbientLight("#ffffff", lighting.ambient * np.pi / lighting.headroom)]
    for light in lighting.lights:
        toward = camera.camera_to_world[:3, :3] @ (np.array(light.toward) * [1, -1, -1])
        toward = toward / np.linalg.norm(toward)
        drawable = gfx.DirectionalLight((*srgb(light.color), 1.0), light.intensity * np.pi / lighting.headroom)
        drawable.local.position = toward
        if light.casts_shadow and any(mesh.material.blocks_light for mesh in meshes):  # pygfx: no map is a dark one
            _aim_shadow(drawable, toward, meshes, camera)
        objects.append(drawable)
    return objects


def _aim_shadow(drawable: Any, toward: np.ndarray, meshes: Sequence[RenderMesh], camera: PinholeCamera) -> None:
    """Fit the light's shadow map: as wide as what the camera sees, as deep as everything that may throw a shadow on it."""
    points = np.concatenate([mesh.positions for mesh in meshes])
    casting = np.concatenate([mesh.positions for mesh in meshes if mesh.material.blocks_light])
    seen = casting[_in_picture(casting, camera)]
    if not len(seen):
        return
    middle = (seen.min(axis=0) + seen.max(axis=0)) / 2
    width = 2.0 * float(np.linalg.norm(seen - middle, axis=1).max()) * 1.02 + 1e-3
    along = (points - middle) @ toward
    reach = float(np.abs(along).max()) + 0.1
    drawable.local.position = middle + toward * reach
    drawable.target.local.position = middle
    shadow_view = drawable.shadow.camera
    shadow_view.width = shadow_view.height = width
    shadow_view.depth_range = (0.0, 2.0 * reach)
    drawable.shadow.cull_mode = "none"
    is_drawn = any(mesh.material.toon is not None for mesh in meshes)
    bias = max(_SHADOW_BIAS_PX * width / _SHADOW_MAP_SIDE_PX, _DRAWN_BIAS_M if is_drawn else 0.0)
    drawable.shadow.bias = bias / (2.0 * reach)
    drawable.cast_shadow = True


def _in_picture(points: np.ndarray, camera: PinholeCamera) -> np.ndarray:
    """(V,) bool: which points (V, 3) lie in front of the camera and inside its picture."""
    ahead = camera.depth(points) > 1e-6
    pixels = camera.project(np.where(ahead[:, None], points, camera.position + camera.camera_to_world[:3, 2]))
    return ahead & ((pixels >= 0) & (pixels <= camera.size_px)).all(axis=1)


def _exposed_background(srgb: tuple[float, float, float], headroom: float) -> tuple[float, ...]:
    """RGBA sRGB that `developed` turns into the opaque colour `srgb`."""
    return rgba_color((*expand(to_linear(np.asarray(srgb)), headroom) / headroom, 1.0))


def _reduced(premultiplied: np.ndarray, size_px: tuple[int, int]) -> np.ndarray:
    """The area mean of a supersampled picture, with straight alpha.

    Args:
        premultiplied: (H * n, W * n, 4) uint8 sRGB, colour multiplied by alpha in linear light.
        size_px: W and H.

    Returns:
        (H, W, 4) uint8 sRGB.
    """
    table = to_linear(np.arange(256) / 255.0).astype(np.float32)
    values = np.concatenate([table[premultiplied[..., :3]], premultiplied[..., 3:] / np.float32(255)], axis=-1)
    blocks = values.reshape(size_px[1], len(values) // size_px[1], size_px[0], -1, 4).mean(axis=(1, 3))
    color, alpha = blocks[..., :3], blocks[..., 3:]
    straight = to_srgb(np.clip(np.divide(color, alpha, out=np.zeros_like(color), where=alpha > 0), 0.0, 1.0))
    return np.rint(255.0 * np.concatenate([straight, alpha], axis=-1)).astype(np.uint8)
