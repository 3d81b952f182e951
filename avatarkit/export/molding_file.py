"""An avatar as VRM 1.0 that the browser viewer can mold by itself: what the sliders do travels in the file's extras.

Other programs read the file as the VRM it is. `web/src/molding.ts` reads the rest:

    extras.molding = {version, view, vertices, joints, sliders: [{name, value, ends: [negative | null, positive | null]}],
                      meshes: [{name, count, carriers, indices, weights}]}

All numbers lie in the buffer view `view`, little-endian; places in it are in bytes. An end is {unit_m, count, indices (u2
vertices of the body, of which there are `vertices`), offsets (i2 triples in `unit_m`), joints: [[joint, x, y, z metres], ...]}.
A mesh's vertex hangs on `carriers` vertices of the body: indices (u2) and weights (u1, of 255).

More sliders may follow in files of their own: a GLB container whose JSON is {version, sliders}, with places in its binary part.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

import cv2
import numpy as np

from avatarkit.avatar.avatar import Avatar, Material, Texture
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.body.body import load_body
from avatarkit.export.files import vrm1_bytes
from avatarkit.export.molding import Binding, bindings, molded_sliders, slider_names
from avatarkit.export.slider_effects import MoldedSlider, SliderEnd
from avatarkit.gltf.checked_json import parse_json
from avatarkit.gltf.container import join_container, split_container

VERSION = 2
PREVIEW_TEXTURE_PX = 1024

_ALIGNMENT = 4
_FULL = np.iinfo(np.int16).max
_WHOLE = np.iinfo(np.uint8).max


def molding_vrm(
    recipe: AvatarRecipe,
    sliders: Iterable[str] | None = None,
    *,
    texture_px: int = PREVIEW_TEXTURE_PX,
    avatar: Avatar | None = None,
) -> bytes:
    """The recipe's avatar as a VRM 1.0 that follows sliders in the viewer.

    Args:
        recipe: what is built.
        sliders: which; the face's unless told.
        texture_px: larger textures are made as small.
        avatar: the same recipe's, if it is built already.

    Raises:
        UsageError, InputError: as `build_avatar`.
    """
    avatar = build_avatar(recipe) if avatar is None else avatar
    molded = molded_sliders(recipe, slider_names() if sliders is None else sliders)
    bound = bindings(avatar, recipe)
    data = vrm1_bytes(replace(avatar, materials=tuple(_smaller(material, texture_px) for material in avatar.materials)))
    return _with_molding(data, avatar, molded, bound)


def molding_sliders(recipe: AvatarRecipe, sliders: Iterable[str]) -> bytes:
    """More sliders for the viewer's `addSliders`, for a file of the same shape that carries none or others.

    Args:
        recipe: the one the file was made of.
        sliders: which.

    Raises:
        UsageError, InputError: as `build_avatar`.
    """
    blob = _Numbers()
    table = {"version": VERSION, "sliders": [_slider(slider, blob) for slider in molded_sliders(recipe, sliders)]}
    return join_container(json.dumps(table, separators=(",", ":")).encode(), bytes(blob.data))


def _with_molding(data: bytes, avatar: Avatar, molded: Sequence[MoldedSlider], bound: Sequence[Binding]) -> bytes:
    text, binary = split_container(data)
    root, blob = parse_json(text).values, _Numbers()
    table = {
        "version": VERSION,
        "view": len(root["bufferViews"]),
        "vertices": len(load_body().positions),
        "joints": list(avatar.rig.skeleton.names),
        "sliders": [_slider(slider, blob) for slider in molded],
        "meshes": [_mesh(mesh.name, binding, blob) for mesh, binding in zip(avatar.meshes, bound, strict=True)],
    }
    whole = bytearray(binary or b"")
    whole += b"\0" * (-len(whole) % _ALIGNMENT)
    root["bufferViews"].append({"buffer": 0, "byteOffset": len(whole), "byteLength": len(blob.data)})
    root["buffers"] = [{"byteLength": len(whole) + len(blob.data)}]
    root["extras"] = {**root.get("extras", {}), "molding": table}
    return join_container(json.dumps(root, separators=(",", ":"), ensure_ascii=False).encode(), bytes(whole + blob.data))


class _Numbers:
    """The binary part while it grows."""

    def __init__(self) -> None:
        self.data = bytearray()

    def add(self, array: np.ndarray, kind: str) -> int:
        """Where the array, stored as `kind`, begins."""
        start = len(self.data)
        self.data += np.ascontiguousarray(array, kind).tobytes()
        self.data += b"\0" * (-len(self.data) % _ALIGNMENT)
        return start


def _slider(slider: MoldedSlider, blob: _Numbers) -> dict[str, Any]:
    ends = [None if end is None else _end(end, blob) for end in (slider.negative, slider.positive)]
    return {"name": slider.name, "value": slider.value, "ends": ends}


def _end(end: SliderEnd, blob: _Numbers) -> dict[str, Any]:
    unit = float(np.abs(end.offsets).max(initial=1e-9)) / _FULL
    joints = [[int(joint), *np.round(offset, 6).tolist()] for joint, offset in zip(end.joints, end.joint_offsets, strict=True)]
    return {
        "unit_m": unit,
        "count": len(end.offsets),
        "indices": blob.add(end.vertices, "<u2"),
        "offsets": blob.add(np.round(end.offsets / unit), "<i2"),
        "joints": joints,
    }


def _mesh(name: str, binding: Binding, blob: _Numbers) -> dict[str, Any]:
    count, width = binding.vertices.shape
    return {
        "name": name,
        "count": count,
        "carriers": width,
        "indices": blob.add(binding.vertices, "<u2"),
        "weights": blob.add(np.round(_WHOLE * binding.weights), "u1"),
    }


def _smaller(material: Material, most_px: int) -> Material:
    """The material with its textures no larger than that."""
    changes: dict[str, Any] = {
        field.name: _smaller_texture(value, most_px)
        for field in fields(material)
        if isinstance(value := getattr(material, field.name), Texture)
    }
    if material.mtoon is not None:
        shade = material.mtoon.shade_texture
        changes["mtoon"] = replace(material.mtoon, shade_texture=shade and _smaller_texture(shade, most_px))
    return replace(material, **changes)


def _smaller_texture(texture: Texture, most_px: int) -> Texture:
    share = most_px / max(texture.pixels.shape[:2])
    if share >= 1.0:
        return texture
    return replace(texture, pixels=cv2.resize(texture.pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))
