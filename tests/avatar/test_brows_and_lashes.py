"""Shapes of brows and styles of lashes."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.avatar.brows import BROW_SHAPES, brow_cover
from avatarkit.avatar.lashes import LASH_STYLES, lashes_mesh
from avatarkit.body.rest import rest_body
from avatarkit.errors import UsageError


@pytest.mark.parametrize("shape", BROW_SHAPES)
def test_every_shape_is_two_brows_where_the_natural_ones_are(shape: str) -> None:
    cover, natural = brow_cover(shape), brow_cover("natural")
    assert cover.dtype == np.uint8 and cover.shape == natural.shape and cover.max() > 100
    for half in (slice(0, 1024), slice(1024, 2048)):
        rows, columns = np.nonzero(cover[:, half] > 60)
        there = np.nonzero(natural[:, half] > 60)
        assert abs(rows.mean() - there[0].mean()) < 40 and abs(columns.mean() - there[1].mean()) < 60


def test_thick_brows_cover_more_than_thin_ones() -> None:
    amount = {shape: float(brow_cover(shape).astype(float).sum()) for shape in BROW_SHAPES}
    assert amount["bushy"] > amount["flat"] > amount["thin"]
    assert amount["sparse"] < 0.6 * amount["flat"]


def test_longer_lashes_reach_farther_and_none_are_no_mesh() -> None:
    rest = rest_body({})
    reach = {style: mesh.positions[:, 2].max() for style in LASH_STYLES if (mesh := lashes_mesh(rest, style))}
    assert reach["short"] < reach["natural"] < reach["long"]
    assert lashes_mesh(rest, "none") is None


@pytest.mark.parametrize("style", [style for style in LASH_STYLES if LASH_STYLES[style]])
def test_lashes_go_with_the_lids(style: str) -> None:
    mesh = lashes_mesh(rest_body({}), style)
    assert mesh is not None
    assert {"eyeBlinkLeft", "eyeBlinkRight"} <= {morph.name for morph in mesh.morphs}


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="bushy"):
        brow_cover("bushi")
    with pytest.raises(UsageError, match="doll"):
        lashes_mesh(rest_body({}), "dol")
