"""A shaped body at rest: T-pose, facing +Z, soles on the ground. Everything worn is fitted to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from avatarkit.rig.skeleton import Skeleton


@dataclass(frozen=True)
class RestBody:
    """One person's body as a rig wants it.

    Attributes:
        positions: (V, 3) metres, all of the body's vertices (shells too) in T-pose.
        skeleton: the 55 human bones, every joint's axes parallel to the world's.
        expression_offsets: (3V, 52) metres, in ARKit's order, on this very face.
    """

    positions: np.ndarray
    skeleton: Skeleton
    expression_offsets: sparse.csc_matrix
