"""Arrays that are checked once, when a value is made, and cannot change afterwards."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike


def checked_array(name: str, values: ArrayLike, shape: tuple[int | None, ...], dtype: DTypeLike = np.float32) -> np.ndarray:
    """A read-only, contiguous copy of `values` whose shape and finiteness are as promised.

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
    array = np.array(values, dtype=dtype, order="C")
    if array.ndim != len(shape) or any(want is not None and want != got for want, got in zip(shape, array.shape, strict=True)):
        wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
        raise ValueError(f"{name} must have shape {wanted}, not {array.shape}")
    if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity")
    array.setflags(write=False)
    return array
