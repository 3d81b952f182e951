"""Arrays into one buffer with views and accessors; equal content is stored once."""

from __future__ import annotations

import hashlib

import numpy as np
from pygltflib import (
    ARRAY_BUFFER,
    ELEMENT_ARRAY_BUFFER,
    Accessor,
    AccessorSparseIndices,
    AccessorSparseValues,
    BufferView,
    Sparse,
)

from avatarkit.gltf.accessors import component_type
from avatarkit.gltf.document import SparseRows

_TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
_ALIGNMENT = 4


class BufferPacker:
    """Collects the binary part of a file while it is written.

    Attributes:
        blob: the buffer so far.
        views, accessors: what the JSON says about it.
    """

    def __init__(self) -> None:
        self.blob = bytearray()
        self.views: list[BufferView] = []
        self.accessors: list[Accessor] = []
        self._known_views: dict[tuple[bytes, int | None, int | None], int] = {}
        self._known_accessors: dict[str, int] = {}

    def vertices(self, array: np.ndarray, *, bounds: bool = False) -> int:
        """The accessor of a vertex attribute (V,) or (V, n); rows are padded to whole words as glTF wants.

        Args:
            array: float32 or unsigned integers.
            bounds: state minimum and maximum (positions must).
        """
        rows = array.reshape(len(array), -1)
        stride = rows.itemsize * rows.shape[1]
        padded = np.zeros((len(rows), stride + -stride % _ALIGNMENT), np.uint8)
        padded[:, :stride] = np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), stride)
        view = self.view(padded.tobytes(), ARRAY_BUFFER, padded.shape[1])
        return self._accessor(_described(array, view, bounds=bounds))

    def indices(self, array: np.ndarray, vertex_count: int) -> int:
        """The accessor of a primitive's vertex indices (I,), as narrow as the vertex count allows."""
        narrow = array.astype("<u2" if vertex_count < np.iinfo(np.uint16).max else "<u4")
        return self._accessor(_described(narrow, self.view(narrow.tobytes(), ELEMENT_ARRAY_BUFFER)))

    def values(self, array: np.ndarray, *, bounds: bool = False) -> int:
        """The accessor of numbers that are not vertices: key times, key values, matrices (N,), (N, n)."""
        array = np.ascontiguousarray(array, "<f4")
        return self._accessor(_described(array, self.view(array.tobytes()), bounds=bounds))

    def offsets(self, offsets: SparseRows, *, bounds: bool = False) -> int:
        """The accessor of a morph target's offsets: sparse where that is smaller; no bytes at all where nothing moves."""
        moved = len(offsets.rows)
        index_type = "<u2" if offsets.count <= np.iinfo(np.uint16).max else "<u4"
        if moved * (12 + np.dtype(index_type).itemsize) >= 12 * offsets.count:
            return self.vertices(offsets.dense(), bounds=bounds)
        extremes = offsets.values if moved == offsets.count else np.vstack([offsets.values, np.zeros((1, 3), np.float32)])
        accessor = _described(extremes, None, bounds=bounds)
        accessor.count = offsets.count
        if moved:
            accessor.sparse = Sparse(
                count=moved,
                indices=AccessorSparseIndices(
                    bufferView=self.view(offsets.rows.astype(index_type).tobytes()),
                    componentType=component_type(index_type),
                ),
                values=AccessorSparseValues(bufferView=self.view(np.ascontiguousarray(offsets.values, "<f4").tobytes())),
            )
        return self._accessor(accessor)

    def view(self, data: bytes, target: int | None = None, stride: int | None = None) -> int:
        """The view of some bytes."""
        key = (hashlib.sha256(data).digest(), target, stride)
        if key not in self._known_views:
            self._known_views[key] = len(self.views)
            self.views.append(
                BufferView(buffer=0, byteOffset=len(self.blob), byteLength=len(data), target=target, byteStride=stride)
            )
            self.blob += data + b"\0" * (-len(data) % _ALIGNMENT)
        return self._known_views[key]

    def _accessor(self, accessor: Accessor) -> int:
        key = repr(accessor)
        if key not in self._known_accessors:
            self._known_accessors[key] = len(self.accessors)
            self.accessors.append(accessor)
        return self._known_accessors[key]


def _described(array: np.ndarray, view: int | None, *, bounds: bool = False) -> Accessor:
    rows = array.reshape(len(array), -1)
    return Accessor(
        bufferView=view,
        byteOffset=None if view is None else 0,  # an offset without a view is an error
        componentType=component_type(array.dtype),
        count=len(rows),
        type=_TYPES[rows.shape[1]],
        min=rows.min(axis=0).tolist() if bounds else [],
        max=rows.max(axis=0).tolist() if bounds else [],
    )
