"""The inner layer of the face mesh model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from avatarkit.tracking.face_features import _LAYER, _MODEL, face_features
from avatarkit.tracking.mediapipe_start import import_mediapipe
from avatarkit.tracking.pruned_model import ending_at


def test_features_stay_where_their_cause_is():
    picture = np.full((192, 192, 3), 120, np.uint8)
    changed = picture.copy()
    changed[150:170, 20:40] = 200
    moved = np.abs(face_features().read(changed) - face_features().read(picture)).sum(axis=2)
    rows, columns = np.nonzero(moved > 0.3 * moved.max())
    assert rows.min() >= 15 and rows.max() <= 23 and columns.max() <= 8


def test_a_model_that_ends_early_ends_again_where_it_ends():
    base, _ = import_mediapipe()
    model = (Path(str(base.__file__)).parents[1] / _MODEL).read_bytes()
    half = ending_at(model, _LAYER)
    assert ending_at(half, _LAYER) == half
    with pytest.raises(StopIteration):
        ending_at(model, "no such tensor")
