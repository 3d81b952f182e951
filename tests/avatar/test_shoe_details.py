"""What is sewn onto shoes, and cloth between thighs that touch."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from avatarkit.avatar.outfit import PIECES, make_outfit
from avatarkit.avatar.outfit.garment import pattern_of
from avatarkit.avatar.outfit.shoe_details import Upper, laces
from avatarkit.avatar.style import FACE_GROUPS
from avatarkit.body.body import load_body
from avatarkit.body.rest import rest_body
from benchmarks.fit_of_clothes import BODIES

STANDS_OFF_M = 0.03  # a tongue's end and a bow; everything else lies closer


def upper_of_a_cylinder():
    turn = np.linspace(0.0, 2 * np.pi, 41)
    ring = np.stack([0.1 * np.sin(turn), np.zeros_like(turn), -0.1 * np.cos(turn)], axis=1)
    grid = ring[None] + np.linspace(0.2, 0.0, 9)[:, None, None] * [0.0, 1.0, 0.0]
    return Upper(grid, np.array([0.0, 0.1, 0.0]), np.array([0.0, 0.0, 1.0]))


def test_a_place_on_an_upper_is_where_its_side_and_height_say():
    upper = upper_of_a_cylinder()
    found = upper.at(np.array([0.0, 0.5, 1.0, -1.0]), np.array([0.0, 0.5, 1.0, 1.0]), 0.01)
    expected = np.array([[0.0, 0.0, 0.11], [-0.11, 0.1, 0.0], [0.0, 0.2, -0.11], [0.0, 0.2, -0.11]])
    assert np.allclose(found, expected, atol=1e-6)


def test_a_line_across_an_upper_lies_where_it_was_asked_for():
    turn = np.linspace(0.0, 2 * np.pi, 41)
    ring = np.stack([np.sin(turn), np.zeros_like(turn), -np.cos(turn)], axis=1)
    grid = np.linspace(0.5, 1.0, 9)[:, None, None] * ring[None]
    upper = Upper(grid, np.array([0.0, -1.0, 0.0]), np.array([0.0, 0.0, 1.0]))
    side = np.linspace(-0.2, 0.2, 9)
    found = upper.at(side, upper.level_with(0.9, side), 0.0)
    assert np.allclose(found[:, 2], -1.0 + 0.9 * 2.0, atol=0.01)


def test_laces_are_the_same_on_both_sides():
    grids = np.concatenate([grid.reshape(-1, 3) for _, grid, _ in laces(upper_of_a_cylinder())])
    assert cKDTree(grids).query(grids * [-1.0, 1.0, 1.0])[0].max() < 0.001


@pytest.mark.parametrize("name", ["sneakers", "boots", "loafers", "flats"])
@pytest.mark.parametrize("shape", ["heavy man", "child"])
def test_what_is_sewn_onto_shoes_lies_on_them(name, shape):
    meshes = {mesh.name: mesh for mesh, _ in make_outfit([name], {}, rest_body(dict(BODIES[shape]))).pieces}
    shoe = np.concatenate([meshes[f"outfit-{name}-{part}"].positions for part in ("upper", "sole")])
    assert np.isfinite(shoe).all()
    if f"outfit-{name}-laces" in meshes:
        assert cKDTree(shoe).query(meshes[f"outfit-{name}-laces"].positions)[0].max() < STANDS_OFF_M


def test_thighs_that_touch_do_not_carry_each_others_cloth():
    rest = rest_body(dict(BODIES["heavy man"]))
    pattern = pattern_of(PIECES["shorts"].make.cut)
    sheet = PIECES["shorts"].make.worn(rest, []).sheet
    names = list(rest.skeleton.names)
    for side, other in ((1, "right"), (-1, "left")):
        low = (pattern.sides == side) & (pattern.from_hem_m < 0.08)
        opposite = np.isin(sheet.joints[low], [names.index(other + "UpperLeg"), names.index(other + "LowerLeg")])
        assert (opposite * sheet.weights[low]).sum(axis=1).max() < 0.05


@pytest.mark.parametrize("seed", [7, 18, 33, 44, 90, 97])
def test_shoes_are_made_for_odd_feet(seed):
    """Sliders at their ends leave a foot without skin at an edge, at the ankle, or near the ground."""
    chance = np.random.default_rng(seed)
    sliders = load_body().sliders
    names = [name for name, slider in sliders.items() if slider.group not in FACE_GROUPS]
    ends = {name: [end for end in (sliders[name].low, sliders[name].high) if end] for name in names}
    rest = rest_body({str(n): float(chance.choice(ends[n])) for n in chance.choice(names, 60, replace=False)})
    for shoe in ("flats", "loafers", "sneakers"):
        assert all(np.isfinite(mesh.positions).all() for mesh, _ in make_outfit((shoe,), {}, rest).pieces)
