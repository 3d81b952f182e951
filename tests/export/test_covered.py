"""Cloth sinks under what is sewn onto it, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.export.reduction.covered import covered, with_sunk_cloth
from avatarkit.export.reduction.surface import Surface
from tests.export.test_linings import WIDE_M, joined, sheet

CLOTH_M, BAND_M, HIGH_M = 0.3, 0.06, 0.002


def banded(high_m: float = HIGH_M, *, away: bool = False, moved: bool = False, cut: bool = False) -> tuple[Surface, int]:
    """Cloth with a band along its lower edge, cut in two down its middle or not; and how many vertices the cloth has."""
    points, triangles = sheet(CLOTH_M, 0.0)
    cloth = [(points, triangles)]
    if cut:
        left = points[triangles][:, :, 0].mean(axis=1) < WIDE_M / 2
        cloth = [(points, triangles[left]), (points, triangles[~left])]
    return joined(*cloth, sheet(BAND_M, high_m, away=away), moved=moved), len(points) * len(cloth)


def lower(surface: Surface, count: int) -> np.ndarray:
    """(V,) the cloth's vertices well within the band's reach."""
    below = (surface.positions[:, 1] < BAND_M - 0.005) & (np.abs(surface.positions[:, 0] - WIDE_M / 2) < WIDE_M / 2 - 0.005)
    return below & (np.arange(surface.count) < count)


def test_cloth_sinks_under_a_band_and_nowhere_else() -> None:
    surface, count = banded()
    sunk = surface.positions[:, 2] - with_sunk_cloth(surface).positions[:, 2]
    assert (sunk[lower(surface, count)] > HIGH_M).all()
    assert not sunk[(surface.positions[:, 1] > BAND_M + 1e-6) | (np.arange(surface.count) >= count)].any()


@pytest.mark.parametrize("how", [{"high_m": 0.02}, {"high_m": -HIGH_M}, {"high_m": -HIGH_M, "away": True}, {"moved": True}])
def test_what_lies_far_above_or_below_or_faces_away_covers_nothing_nor_does_what_morphs_move(how: dict[str, float]) -> None:
    surface, count = banded(**how)  # type: ignore[arg-type]
    assert not covered(surface)[:count].any()


def test_what_other_bones_carry_and_another_garment_cover_nothing() -> None:
    surface, count = banded()
    band = np.arange(surface.count) >= count
    swinging = replace(surface, joints=np.where(band[:, None], 5, surface.joints))
    assert not covered(swinging).any()
    of_band = band[surface.triangles[:, 0]].astype(int)
    for garment, found in (("shirt", True), ("tie", False)):
        names = ("outfit-shirt-fabric", f"outfit-{garment}-ribs")
        other = replace(surface, piece=of_band, pieces=names, piece_morphs=((), ()))
        assert covered(other).any() == found


def test_panels_that_meet_in_a_seam_do_not_cover_each_other() -> None:
    surface, count = banded(cut=True)
    bent = replace(surface, positions=surface.positions - [0.0, 0.0, 1.0] * (surface.positions[:, :1] - WIDE_M / 2) ** 2)
    assert not covered(bent)[:count][bent.positions[:count, 1] > BAND_M + 1e-6].any()
