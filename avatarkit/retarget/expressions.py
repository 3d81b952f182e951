"""ARKit's 52 weights to whatever morphs a rig's face has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from avatarkit.vocabulary.arkit import ARKIT_NAMES


def expression_weights(morph_names: Sequence[str]) -> np.ndarray:
    """The matrix (52, M) that turns ARKit weights into weights of the named morphs; zero where none belongs."""
    rows = {name.lower(): row for row, name in enumerate(ARKIT_NAMES)}
    matrix = np.zeros((len(ARKIT_NAMES), len(morph_names)))
    for column, name in enumerate(morph_names):
        row = rows.get(name.lower())
        if row is not None:
            matrix[row, column] = 1.0
    return matrix
