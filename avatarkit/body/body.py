"""The parametric body as loaded from assets/: what never changes from person to person."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO

import numpy as np
from scipy import sparse

from avatarkit.body.macro import MACRO_SLIDERS
from avatarkit.body.stylised_sliders import STYLISED_SLIDERS
from avatarkit.data_files import asset_path
from avatarkit.geometry.meshes import triangulate
from avatarkit.vocabulary.arkit import ARKIT_NAMES

OFFSET_UNIT_M = 1e-4  # the targets' own resolution, a thousandth of a decimetre
HUMAN_PARTS = (
    "head",
    "mouth",
    "socket-left",
    "socket-right",
    "body",
    "eye-left",
    "eye-right",
    "teeth-upper",
    "teeth-lower",
    "tongue",
    "lashes-left",
    "lashes-right",
)
SHELL_PARTS = ("tights-shell", "skirt-shell", "hair-shell")


@dataclass(frozen=True)
class Slider:
    """One named control of the shape.

    Attributes:
        name: sided sliders end in "-left" or "-right".
        group: what part of a person it molds.
        low, high: its range; 0 is the average person.
        help: what its ends mean, where the name does not say it.
    """

    name: str
    group: str
    low: float = -1.0
    high: float = 1.0
    help: str = ""


@dataclass(frozen=True)
class Part:
    """One piece of the mesh: quads (Q, 4) of vertices and of texture corners."""

    quads: np.ndarray
    uv_quads: np.ndarray

    @cached_property
    def triangles(self) -> np.ndarray:
        """(T, 3) vertex indices."""
        return triangulate(self.quads)

    @cached_property
    def uv_triangles(self) -> np.ndarray:
        """(T, 3) indices into the body's uvs, row by row those of `triangles`."""
        return triangulate(self.uv_quads)


@dataclass(frozen=True)
class Body:
    """The constant data of the parametric body.

    Attributes:
        positions: (V, 3) metres, the average person in the data's own A-pose, +Y up, facing +Z.
        uvs: (U, 2), origin top left; the head, the eyes and the rest each have a picture of their own.
        parts: piece name -> Part.
        mirror: (V,) the vertex opposite each vertex.
        sliders: slider name -> Slider, in display order.
        joint_names: the 55 VRM human bones, parents first.
        joint_heads, joint_tails: (55, V) matrices that give each bone's joint and end as means of vertices.
        joint_indices, joint_weights: (V, 4) skin binding, rows sum to 1.
        regions: region name -> (U,) 0..1, how much each texture corner belongs to it.
        slider_offsets: (3V, 2K) metres: what the negative and the positive end of each plain slider add.
        expression_offsets: (3V, 52) metres, in ARKit's order.
    """

    positions: np.ndarray
    uvs: np.ndarray
    parts: Mapping[str, Part]
    mirror: np.ndarray
    sliders: Mapping[str, Slider]
    joint_names: tuple[str, ...]
    joint_heads: sparse.csr_matrix
    joint_tails: sparse.csr_matrix
    joint_indices: np.ndarray
    joint_weights: np.ndarray
    regions: Mapping[str, np.ndarray]
    slider_offsets: sparse.csc_matrix
    expression_offsets: sparse.csc_matrix

    @property
    def detail_names(self) -> tuple[str, ...]:
        """The sliders that are plain offsets, in the order of the column pairs of `slider_offsets`."""
        return tuple(name for name in self.sliders if name not in MACRO_SLIDERS and name not in STYLISED_SLIDERS)

    @cached_property
    def detail_columns(self) -> Mapping[str, int]:
        """Position of each plain slider among `detail_names`."""
        return {name: k for k, name in enumerate(self.detail_names)}

    @cached_property
    def skin_matrix(self) -> sparse.csr_matrix:
        """(V, 55) skin weights."""
        count, width = self.joint_indices.shape
        pointers = np.arange(0, width * count + 1, width)
        shape = (count, len(self.joint_names))
        return sparse.csr_matrix((self.joint_weights.reshape(-1), self.joint_indices.reshape(-1), pointers), shape=shape)


@dataclass(frozen=True)
class MacroTargets:
    """The corner targets: name -> row, and (R, 3V) offsets in metres."""

    rows: Mapping[str, int]
    offsets: np.ndarray


def _sparse_columns(ends: np.ndarray, vertices: np.ndarray, offsets: np.ndarray, vertex_count: int) -> sparse.csc_matrix:
    """Targets as columns (3V, K) in metres."""
    rows = (vertices.astype(np.int32)[:, None] * 3 + np.arange(3, dtype=np.int32)).reshape(-1)
    pointers = np.concatenate([[0], 3 * ends.astype(np.int64)])
    values = offsets.astype(np.float32).reshape(-1) * np.float32(OFFSET_UNIT_M)
    return sparse.csc_matrix((values, rows, pointers), shape=(3 * vertex_count, len(ends)))


def _mean_rows(lists: list[np.ndarray], vertex_count: int) -> sparse.csr_matrix:
    counts = np.array([len(v) for v in lists])
    data = np.repeat(1.0 / counts, counts)
    return sparse.csr_matrix(
        (data, np.concatenate(lists).astype(np.int32), np.concatenate([[0], np.cumsum(counts)])),
        shape=(len(lists), vertex_count),
    )


def _paired_sliders(entries: list[dict[str, str]]) -> dict[str, Slider]:
    macro = {name: Slider(name, "body", help=text) for name, text in MACRO_SLIDERS.items()}
    stylised = {name: Slider(name, "stylised", low=low, help=text) for name, (low, text) in STYLISED_SLIDERS.items()}
    return {e["name"]: Slider(e["name"], e["group"]) for e in entries} | macro | stylised


@cache
def load_body() -> Body:
    """The body, read once per process from `assets/body.npz`."""
    with np.load(asset_path("body.npz")) as archive:
        data = {name: archive[name] for name in archive.files}
    record = json.loads(bytes(data["record"]))
    count = len(data["positions"])
    order = [record["expressions"].index(name) for name in ARKIT_NAMES]
    expressions = _sparse_columns(data["expression_ends"], data["expression_vertices"], data["expression_offsets"], count)
    sliders = _sparse_columns(data["slider_ends"], data["slider_vertices"], data["slider_offsets"], count)
    return Body(
        positions=data["positions"],
        uvs=data["uvs"],
        parts={
            n: Part(data[f"quads/{n}"].astype(np.int32), data[f"uv_quads/{n}"].astype(np.int32))
            for n in HUMAN_PARTS + SHELL_PARTS
        },
        mirror=data["mirror"].astype(np.int32),
        sliders=_paired_sliders(record["sliders"]),
        joint_names=tuple(record["joints"]),
        joint_heads=_mean_rows([data[f"head_of/{n}"] for n in record["joints"]], count),
        joint_tails=_mean_rows([data[f"tail_of/{n}"] for n in record["joints"]], count),
        joint_indices=data["joint_indices"].astype(np.int32),
        joint_weights=data["joint_weights"],
        regions={n: r / np.float32(255) for n, r in zip(record["regions"], data["regions"], strict=True)},
        slider_offsets=sliders,
        expression_offsets=expressions[:, order],
    )


@cache
def load_macro_targets() -> MacroTargets:
    """The macro sliders' corners, read once per process and only when a macro slider is moved."""
    packed = lzma.decompress(asset_path("body_macro.npz.xz").read_bytes())
    with np.load(BytesIO(packed)) as archive:
        rows = json.loads(bytes(archive["record"]))
        ends, vertices, columns = archive["macro_ends"], archive["macro_vertices"], archive["macro_offsets"]
    vertex_count = len(load_body().positions)
    offsets = np.zeros((len(ends), vertex_count, 3), np.float32)
    for row, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        offsets[row, vertices[start:end]] = columns[3 * start : 3 * end].reshape(3, -1).T * np.float32(OFFSET_UNIT_M)
    return MacroTargets(rows, offsets.reshape(len(ends), -1))
