"""A small portrait of the avatar, to put into its file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from avatarkit.avatar.avatar import Avatar, AvatarMesh, Material, Texture
from avatarkit.export.scene import avatar_scene, drawn_document
from avatarkit.gltf.document import Document
from avatarkit.gltf.writing import document_to_glb

if TYPE_CHECKING:
    from avatarkit.render.renderer import Renderer
    from avatarkit.render.scene import AlphaMode

THUMBNAIL_SIZE_PX = (512, 512)

_TEXTURE_SIDE_PX = 512  # finer ones could not be seen


_KINDS: tuple[tuple[AlphaMode, bool], ...] = (
    ("OPAQUE", False),
    ("OPAQUE", True),
    ("MASK", False),
    ("MASK", True),
    ("BLEND", True),
)
"""Alpha modes of an avatar's materials, and whether they are double-sided: each has a shader of its own."""


def thumbnail_renderer() -> Renderer:
    """A renderer for `with_thumbnail`, its shaders made: cold that takes longer than a face's fit and can go on beside it.

    Raises:
        MissingError: no Vulkan driver.
    """
    from avatarkit.render.framing import VIEWS, aim, measure
    from avatarkit.render.renderer import Renderer
    from avatarkit.render.scene import RenderMaterial, RenderMesh

    renderer = Renderer(THUMBNAIL_SIZE_PX)
    corners, grey = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), np.full((1, 1, 3), 128, np.uint8)
    looks = [RenderMaterial(texture=grey, alpha_mode=mode, double_sided=both) for mode, both in _KINDS]
    normals, triangles = np.tile([0.0, 0.0, 1.0], (3, 1)), np.arange(3)[None]
    meshes = [RenderMesh(corners, normals, triangles, corners[:, :2], material=look) for look in looks]
    renderer.render(meshes, aim(measure(meshes), VIEWS["bust"], THUMBNAIL_SIZE_PX))
    return renderer


def with_thumbnail(avatar: Avatar, renderer: Renderer | None = None) -> Avatar:
    """The avatar with a picture of its head and shoulders, 512 x 512, which VRM files carry.

    Args:
        avatar: stays as it is.
        renderer: from `thumbnail_renderer`, to use again; without it one is made and closed.

    Raises:
        MissingError: no Vulkan driver.
    """
    return replace(avatar, thumbnail=drawn_portrait(_portrayed(avatar), renderer))


def portrayed(avatar: Avatar) -> bytes:
    """A GLB of what a thumbnail shows, for `drawn_portrait` in another process."""
    return document_to_glb(_portrayed(avatar))


def drawn_portrait(content: Document | bytes, renderer: Renderer | None = None) -> np.ndarray:
    """(512, 512, 3) uint8: head and shoulders of a figure; arguments and errors as those of `render_views`."""
    from avatarkit.render.pictures import render_views

    return render_views(content, ("bust",), THUMBNAIL_SIZE_PX, renderer=renderer)[0]


def _portrayed(avatar: Avatar) -> Document:
    seen = _seen_from_afar(avatar)
    return drawn_document(seen, avatar_scene(seen).document)


def _seen_from_afar(avatar: Avatar) -> Avatar:
    """The upper half of the avatar, without what a small picture does not show: fine textures, relief, expressions."""
    hips = avatar.rig.skeleton.rest_world[0][avatar.rig.human_bones["hips"], 1]
    meshes = tuple(replace(mesh, morphs=()) for mesh in avatar.meshes if _top(mesh) > hips + 0.2)
    used = {mesh.material for mesh in meshes}
    materials = tuple(_plain(material) for material in avatar.materials if material.name in used)
    return replace(avatar, meshes=meshes, materials=materials, expression_names=())


def _top(mesh: AvatarMesh) -> float:
    return float(mesh.positions[:, 1].max(initial=0.0))


def _plain(material: Material) -> Material:
    texture = material.base_color_texture
    return replace(material, base_color_texture=texture and _small(texture), normal_texture=None)


def _small(texture: Texture) -> Texture:
    share = _TEXTURE_SIDE_PX / max(texture.pixels.shape[:2])
    if share >= 1.0:
        return texture
    return replace(texture, pixels=cv2.resize(texture.pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))
