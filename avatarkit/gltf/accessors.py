"""Accessors of a file as arrays. Every offset, stride, count and index is checked before memory is touched.

Source: Khronos, glTF 2.0 specification, sections 3.6 (binary data) and 5.1 (accessor).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import DTypeLike

from avatarkit.errors import InputError
from avatarkit.gltf.checked_json import CheckedObject
from avatarkit.gltf.document import SparseRows, sparse_rows

COMPONENT_TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
"""glTF's component types as numpy's."""

WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
"""Numbers per element. 2x2 and 3x3 matrices serve no attribute that an avatar has."""

MAX_DECODED_BYTES = 2**30
"""Most memory that all arrays of one file may take together."""

MAX_COUNT = 2**26
"""Most elements of one accessor, and of all that the primitives of a file use together."""


@dataclass(frozen=True)
class Accessors:
    """The accessors of one file, decoded on demand and each only once. InputError when they cannot fit into memory.

    Attributes:
        entries: `accessors` of the file.
        views: `bufferViews` of the file.
        buffers: the bytes of each buffer.
    """

    entries: tuple[CheckedObject, ...]
    views: tuple[CheckedObject, ...]
    buffers: tuple[bytes, ...]
    _decoded: dict[int, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if sum(_count(entry) * _width(entry) * 4 for entry in self.entries) > MAX_DECODED_BYTES:
            raise InputError(f"its arrays would take more than {MAX_DECODED_BYTES >> 20} MB of memory")

    def array(self, index: int) -> np.ndarray:
        """Accessor `index`: (N,) for scalars, else (N, width); normalized integers become float32.

        Raises:
            InputError: it points outside its data, or holds NaN or infinity.
        """
        if index not in self._decoded:
            self._decoded[index] = self._decode(self.entries[index])
        return self._decoded[index]

    def rows(self, index: int) -> SparseRows:
        """Accessor `index`, three wide, as the rows that are not zero: the form of morph targets."""
        entry = self.entries[index]
        if entry.has("sparse") and not entry.has("bufferView") and _dtype(entry) == "<f4" and _width(entry) == 3:
            rows, values = self._sparse_part(entry)
            return SparseRows(_count(entry), rows, values)
        array = self.array(index)
        if array.ndim != 2 or array.shape[1] != 3:
            raise InputError(f"damaged glTF: {entry.where} must be VEC3, it is a morph target")
        return sparse_rows(array)

    def count(self, index: int) -> int:
        """How many elements accessor `index` has."""
        return _count(self.entries[index])

    def view_bytes(self, index: int) -> memoryview:
        """The bytes of buffer view `index`. Raises InputError when they lie outside the buffer."""
        view = self.views[index]
        buffer = self.buffers[view.integer("buffer", most=len(self.buffers) - 1)]
        offset, length = view.integer("byteOffset", 0), view.integer("byteLength", least=1)
        if offset + length > len(buffer):
            raise InputError(f"damaged glTF: {view.where} ends at byte {offset + length} of a buffer of {len(buffer)}")
        return memoryview(buffer)[offset : offset + length]

    def _decode(self, entry: CheckedObject) -> np.ndarray:
        count, width, dtype = _count(entry), _width(entry), np.dtype(_dtype(entry))
        array = self._strided(entry, count, width, dtype) if entry.has("bufferView") else np.zeros((count, width), dtype)
        if entry.has("sparse"):
            rows, values = self._sparse_part(entry)
            array[rows] = values
        array = _as_float(entry, array)
        array.setflags(write=False)
        return array[:, 0] if entry.text("type") == "SCALAR" else array

    def _strided(self, entry: CheckedObject, count: int, width: int, dtype: np.dtype) -> np.ndarray:
        view_index = entry.integer("bufferView", most=len(self.views) - 1)
        item = width * dtype.itemsize
        stride = self.views[view_index].integer("byteStride", item, least=item, most=252)  # 252: the specification's most
        return self._read(view_index, entry, (count, width), dtype, stride)

    def _sparse_part(self, entry: CheckedObject) -> tuple[np.ndarray, np.ndarray]:
        sparse, total, width = entry.child("sparse"), _count(entry), _width(entry)
        count = sparse.integer("count", least=1, most=total)
        indices, values = sparse.child("indices"), sparse.child("values")
        rows = self._packed(indices, count, 1, _dtype(indices))[:, 0].astype(np.uint32)
        if rows[-1] >= total or (np.diff(rows.astype(np.int64)) <= 0).any():
            raise InputError(f"damaged glTF: {sparse.where} must have rising indices below {total}")
        return rows, self._packed(values, count, width, _dtype(entry))

    def _packed(self, entry: CheckedObject, count: int, width: int, dtype: str) -> np.ndarray:
        view_index, kind = entry.integer("bufferView", most=len(self.views) - 1), np.dtype(dtype)
        return _finite(entry, self._read(view_index, entry, (count, width), kind, width * kind.itemsize))

    def _read(self, view_index: int, entry: CheckedObject, shape: tuple[int, int], dtype: np.dtype, stride: int) -> np.ndarray:
        data, offset = self.view_bytes(view_index), entry.integer("byteOffset", 0)
        end = offset + stride * (shape[0] - 1) + shape[1] * dtype.itemsize
        if end > len(data):
            raise InputError(f"damaged glTF: {entry.where} needs {end} bytes of a view of {len(data)}")
        return np.ndarray(shape, dtype, data, offset, (stride, dtype.itemsize)).copy()


def _count(entry: CheckedObject) -> int:
    return entry.integer("count", least=1, most=MAX_COUNT)


def _width(entry: CheckedObject) -> int:
    kind = entry.text("type")
    if kind not in WIDTHS:
        raise entry.error("type", f"one of {', '.join(WIDTHS)}", kind)
    return WIDTHS[kind]


def _dtype(entry: CheckedObject) -> str:
    kind = entry.integer("componentType")
    if kind not in COMPONENT_TYPES:
        raise entry.error("componentType", f"one of {', '.join(map(str, COMPONENT_TYPES))}", kind)
    return COMPONENT_TYPES[kind]


def _as_float(entry: CheckedObject, array: np.ndarray) -> np.ndarray:
    if not entry.flag("normalized") or array.dtype.kind == "f":
        return _finite(entry, array)
    return np.maximum(array / np.float32(np.iinfo(array.dtype).max), -1).astype(np.float32)


def _finite(entry: CheckedObject, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"damaged glTF: {entry.where} holds NaN or infinity")
    return array


def component_type(dtype: DTypeLike) -> int:
    """glTF's number for a numpy type. Raises KeyError for a type glTF does not have."""
    return {np.dtype(name): number for number, name in COMPONENT_TYPES.items()}[np.dtype(dtype)]
