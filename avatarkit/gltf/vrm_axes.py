"""Half a turn about Y, which is all that is between VRM 0.x, whose figures face -Z, and VRM 1.0, whose figures face +Z."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from avatarkit.gltf.document import Document, Node, Primitive, Skin, SparseRows

ABOUT = np.array([-1.0, 1.0, -1.0], np.float32)
"""What half a turn about Y does to a place."""

_TURNED = ("POSITION", "NORMAL", "TANGENT")


def turned(document: Document) -> Document:
    """The scene turned about by half, every node's own axes too, so that what has no rotation still has none.

    Twice is not at all. Animations and extensions stay as they are.
    """
    return replace(
        document,
        nodes=tuple(_node(node) for node in document.nodes),
        meshes=tuple(replace(mesh, primitives=tuple(_primitive(part) for part in mesh.primitives)) for mesh in document.meshes),
        skins=tuple(_skin(skin) for skin in document.skins),
    )


def _node(node: Node) -> Node:
    (x, y, z), (a, b, c, w) = node.translation, node.rotation
    return replace(node, translation=(-x + 0.0, y, -z + 0.0), rotation=(-a + 0.0, b, -c + 0.0, w))


def _skin(skin: Skin) -> Skin:
    if skin.inverse_bind is None:
        return skin
    flip = np.append(ABOUT, 1.0).astype(np.float32)
    return replace(skin, inverse_bind=skin.inverse_bind * flip[:, None] * flip)


def _primitive(part: Primitive) -> Primitive:
    targets = tuple({name: _offsets(name, rows) for name, rows in target.items()} for target in part.targets)
    return replace(part, attributes=_attributes(part.attributes), targets=targets)


def _attributes(attributes: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: _vectors(values) if name in _TURNED else values for name, values in attributes.items()}


def _vectors(values: np.ndarray) -> np.ndarray:
    """The first three of each row turned; a tangent's fourth tells its hand, which stays."""
    made = np.array(values)
    made[:, :3] = made[:, :3] * ABOUT + np.float32(0.0)
    return made


def _offsets(name: str, rows: SparseRows) -> SparseRows:
    return replace(rows, values=_vectors(rows.values)) if name in _TURNED else rows
