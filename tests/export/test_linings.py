"""What is turned in behind a hem is known from what lies on cloth."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.export.reduction.linings import lining, without_linings
from avatarkit.export.reduction.surface import Surface
from avatarkit.geometry.vertex_moves import VertexMoves

WIDE_M, STRIP_M = 0.2, 0.02


def sheet(height_m: float, depth_m: float, *, away: bool = False, steps: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Corners and triangles of cloth in the XY plane that faces +Z, or away."""
    x, y = np.meshgrid(np.linspace(0, WIDE_M, steps + 1), np.linspace(0, height_m, steps + 1))
    corner = (np.arange(steps)[:, None] * (steps + 1) + np.arange(steps)).reshape(-1)
    above = corner + steps + 1
    triangles = np.concatenate([np.stack([corner, corner + 1, above + 1], 1), np.stack([corner, above + 1, above], 1)])
    return np.stack([x, y, np.full_like(x, depth_m)], -1).reshape(-1, 3), triangles[:, ::-1] if away else triangles


def joined(*sheets: tuple[np.ndarray, np.ndarray], moved: bool = False) -> Surface:
    starts = np.cumsum([0, *(len(points) for points, _ in sheets)])
    points = np.concatenate([points for points, _ in sheets])
    triangles = np.concatenate([corners + start for (_, corners), start in zip(sheets, starts[:-1], strict=True)])
    count, none = len(points), np.zeros(len(triangles), int)
    morph = VertexMoves(np.array([0]), np.ones((1, 3)), np.zeros((1, 3)))
    return Surface(
        points, np.tile([0.0, 0.0, 1.0], (count, 1)), points[:, :2], np.ones((count, 4)), np.zeros((count, 4), int),
        np.tile([1.0, 0.0, 0.0, 0.0], (count, 1)), triangles, none, none, {"smile": morph} if moved else {}, ("shirt",),
        (("smile",),) if moved else ((),), (0,),
    )  # fmt: skip


def ring(radius_m: float, height_m: float, *, inward: bool = False, steps: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Corners and triangles of an upright tube that faces outward, or inward."""
    points, triangles = sheet(height_m, 0.0, away=inward, steps=steps)
    turn = 2.0 * np.pi * points[:, 0] / WIDE_M
    return np.stack([radius_m * np.sin(turn), points[:, 1], radius_m * np.cos(turn)], axis=1), triangles


@pytest.mark.parametrize(
    ("depth_m", "away", "found"),
    [(-0.003, True, True), (0.003, False, False), (0.003, True, False), (-0.003, False, False), (-0.1, True, False)],
)
def test_a_lining_lies_close_behind_its_cloth_and_faces_away(depth_m: float, away: bool, found: bool) -> None:
    cloth = sheet(0.3, 0.0)
    made = lining(joined(cloth, sheet(STRIP_M, depth_m, away=away)))
    assert not made[: len(cloth[1])].any()
    assert (made[len(cloth[1]) :] == found).all()


def test_what_hangs_out_behind_cloth_and_what_is_as_large_are_no_linings() -> None:
    cloth, (points, triangles) = sheet(0.3, 0.0), sheet(0.2, -0.003, away=True)
    assert lining(joined(cloth, (points, triangles))).any()
    assert not lining(joined(cloth, (points - [0.0, 0.1, 0.0], triangles))).any()
    assert not lining(joined(cloth, sheet(0.3, -0.003, away=True))).any()


@pytest.mark.parametrize("taller", [0.7, 1.0, 1.4])
def test_of_two_rings_the_inner_one_is_the_lining_be_it_larger_or_not(taller: float) -> None:
    band, inside = ring(0.06, 0.015), ring(0.0575, 0.015 * taller, inward=True)
    found = lining(joined(sheet(0.3, 1.0), band, inside))
    last = len(inside[1])
    assert not found[:-last].any()
    assert found[-last:].all()


def test_of_many_sheets_none_is_a_lining() -> None:
    strip = sheet(STRIP_M, -0.003, away=True, steps=1)
    assert lining(joined(sheet(0.3, 0.0), *[strip] * 60)).any()
    assert not lining(joined(sheet(0.3, 0.0), *[strip] * 70)).any()


def test_without_linings_the_cloth_is_as_it_was_and_faces_keep_all() -> None:
    cloth, strip = sheet(0.3, 0.0), sheet(STRIP_M, -0.003, away=True)
    left = without_linings(joined(cloth, strip))
    np.testing.assert_array_equal(left.positions[left.triangles], cloth[0][cloth[1]])
    assert len(without_linings(joined(cloth, strip, moved=True)).triangles) == len(cloth[1]) + len(strip[1])
