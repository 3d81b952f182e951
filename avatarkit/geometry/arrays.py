"""Arrays that are checked once, when a value is made, and cannot change afterwards."""

from __future__ import annotations

from math import isfinite
from typing import TypeGuard

import numpy as np
from numpy.typing import ArrayLike, DTypeLike


def checked_array(name: str, values: ArrayLike, shape: tuple[int | None, ...], dtype: DTypeLike = np.float32) -> np.ndarray:
    """A read-only, contiguous copy of `values`, or `values` itself if it is that already; shape and finiteness are as promised.

    Args:
        name: what the array is called in an error.
        values: anything numpy reads.
        shape: the expected shape; `None` leaves one axis free.
        dtype: the type to store.

    Returns:
        an array of `shape` and `dtype`, not writeable.

    Raises:
        ValueError: wrong shape, or NaN or infinity inside.
    """
    array = values if _is_final(values, dtype) else np.array(values, dtype=dtype, order="C")
    if array.shape != shape and not _fits(array.shape, shape):
        wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
        raise ValueError(f"{name} must have shape {wanted}, not {array.shape}")
    if array.dtype.kind == "f" and not _all_finite(array):
        raise ValueError(f"{name} holds NaN or infinity")
    array.setflags(write=False)
    return array


def _is_final(values: ArrayLike, dtype: DTypeLike) -> TypeGuard[np.ndarray]:
    """Whether it is an array of that type that has been made unchangeable, as this module does, so that no copy is needed."""
    if not isinstance(values, np.ndarray):
        return False
    flags = values.flags
    return flags.owndata and flags.c_contiguous and not flags.writeable and values.dtype == dtype


def _all_finite(array: np.ndarray) -> bool:
    """Whether no number is NaN or infinite. The sum of their squares is sooner known, and finite only if all of them are."""
    return isfinite(np.vdot(array, array)) or bool(np.isfinite(array).all())


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(want is None or want == got for want, got in zip(wanted, shape, strict=True))
