"""A small but complete glTF: a skinned triangle with a morph target, a picture, a clip and a camera."""

from __future__ import annotations

import json
import struct
from typing import Any

import cv2
import numpy as np

from avatarkit.gltf.container import join_container, split_container
from avatarkit.gltf.document import (
    Animation,
    Channel,
    Document,
    Image,
    Material,
    Mesh,
    Node,
    Primitive,
    Scene,
    Skin,
    SparseRows,
    Texture,
    TextureUse,
)
from avatarkit.gltf.writing import document_to_glb


def small_document(vertex_count: int = 30) -> Document:
    ramp = np.arange(vertex_count, dtype=np.float32)
    positions = np.stack([np.cos(ramp), np.sin(ramp), 0.1 * ramp], axis=1)
    offsets = SparseRows(vertex_count, np.array([1, 4], np.uint32), np.array([[0.1, 0.2, 0.3], [-0.1, 1e-7, 3]], np.float32))
    primitive = Primitive(
        {
            "POSITION": positions,
            "NORMAL": np.tile(np.float32([0, 0, 1]), (vertex_count, 1)),
            "TEXCOORD_0": positions[:, :2].copy(),
            "JOINTS_0": np.tile(np.array([0, 1, 0, 0], np.uint16), (vertex_count, 1)),
            "WEIGHTS_0": np.tile(np.float32([0.25, 0.75, 0, 0]), (vertex_count, 1)),
        },
        indices=np.arange(vertex_count, dtype=np.uint32),
        material=0,
        targets=({"POSITION": offsets, "NORMAL": SparseRows(vertex_count, offsets.rows, 0 * offsets.values)},),
    )
    times = np.float32([0, 0.5, 1])
    turn = Channel(2, "rotation", times, np.float32([[0, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1]]))
    smile = Channel(3, "weights", times, np.float32([[0], [1], [0]]))
    picture = cv2.imencode(".png", np.full((4, 8, 3), 200, np.uint8))[1].tobytes()
    return Document(
        nodes=(
            Node("root", children=(1,)),
            Node("hips", translation=(0.0, 1.0, 0.0), children=(2,)),
            Node("spine", translation=(0.0, 0.2, 0.0), rotation=(0.0, 0.0, 0.6, 0.8), extras={"note": "kept"}),
            Node("body", mesh=0, skin=0),
        ),
        meshes=(Mesh("body", (primitive,), ("smile",), (0.0,)),),
        skins=(Skin((1, 2), np.stack([np.eye(4), np.eye(4)]).astype(np.float32), 0, "skin"),),
        materials=(Material("cloth", base_color_texture=TextureUse(0), extensions={"KHR_materials_unlit": {}}),),
        textures=(Texture(0, {"magFilter": 9729, "wrapS": 33071, "wrapT": 10497}, "cloth"),),
        images=(Image(picture, "image/png", "cloth"),),
        animations=(Animation("wave", (turn, smile)),),
        scenes=(Scene((0, 3), "stage"),),
        scene=0,
        extensions_used=("KHR_materials_unlit",),
        generator="tests",
    )


def small_glb() -> bytes:
    return document_to_glb(small_document())


def small_json() -> tuple[dict[str, Any], bytes]:
    """The JSON and the binary chunk of `small_glb`, to be damaged."""
    text, binary = split_container(small_glb())
    assert binary is not None
    return json.loads(text), binary


def glb_of(content: dict[str, Any] | bytes, binary: bytes = b"") -> bytes:
    """A .glb of any JSON, however wrong."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return join_container(text, binary)


def raw_glb(*chunks: tuple[bytes, bytes], version: int = 2, length: int | None = None) -> bytes:
    """A .glb of any chunks, with any version and length in its head."""
    body = b"".join(struct.pack("<I4s", len(data), kind) + data for kind, data in chunks)
    return struct.pack("<4sII", b"glTF", version, 12 + len(body) if length is None else length) + body
