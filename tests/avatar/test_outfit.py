from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from scipy.spatial import cKDTree

from avatarkit.avatar.outfit import OUTFITS, make_outfit
from avatarkit.avatar.outfit.shirt import shirt_pattern
from avatarkit.avatar.outfit.shoes import shod_vertices
from avatarkit.avatar.outfit.trousers import trousers_pattern
from avatarkit.body.body import load_body
from avatarkit.body.rest import rest_body
from avatarkit.errors import UsageError
from tests.avatar.people import BODY_EXTREMES


class Side(NamedTuple):
    positions: np.ndarray
    normals: np.ndarray
    from_hem_m: np.ndarray


PATTERNS = {"shirt": shirt_pattern, "trousers": trousers_pattern}
BODIES = range(len(BODY_EXTREMES))


@cache
def body(number):
    return rest_body(BODY_EXTREMES[number])


@cache
def average():
    return rest_body({})


@cache
def dressed(number):
    return make_outfit(OUTFITS["casual"], {}, body(number))


@cache
def outfit():
    return make_outfit(OUTFITS["casual"], {}, average())


def piece(name, of=None):
    return next(mesh for mesh, _ in (of or outfit()).pieces if mesh.name == name)


def outside(name, number):
    """Positions, normals and pattern points of a garment on a body, without the inner faces of its hems."""
    pattern = PATTERNS[name]()
    mesh = piece({"shirt": "outfit-t-shirt-fabric", "trousers": "outfit-jeans-fabric"}[name], dressed(number))
    points = np.concatenate([panel.corners.reshape(-1) for panel in pattern.panels])
    return Side(mesh.positions[: len(points)], mesh.normals[: len(points)], pattern.from_hem_m[points])


def height_above(cloth, places, within_m=0.04):
    """(N,) metres that places stick out of a cloth; -1 where there is none near."""
    distance, nearest = cKDTree(cloth.positions).query(places)
    above = ((places - cloth.positions[nearest]) * cloth.normals[nearest]).sum(axis=1)
    return np.where(distance < within_m, above, -1.0), nearest


@pytest.mark.parametrize("number", BODIES)
@pytest.mark.parametrize("name", PATTERNS)
def test_skin_that_stays_does_not_come_through_the_cloth_of_extreme_bodies(name, number):
    cloth = outside(name, number)
    hidden = dressed(number).hidden_vertices
    skin = np.unique(load_body().parts["body"].quads)
    above, nearest = height_above(cloth, body(number).positions[skin[~hidden[skin]]])
    assert above[cloth.from_hem_m[nearest] > 0.01].max(initial=-1.0) < 0.002


@pytest.mark.parametrize("number", BODIES)
def test_the_shirt_hangs_outside_the_trousers(number):
    shirt, trousers = (outside(name, number) for name in PATTERNS)
    above, nearest = height_above(shirt, trousers.positions)
    assert above[shirt.from_hem_m[nearest] > 0.005].max() < 0.0


@pytest.mark.parametrize("number", BODIES)
def test_hidden_skin_really_lies_below_cloth(number):
    rest = body(number)
    hidden = dressed(number).hidden_vertices.copy()
    for side in ("left", "right"):
        hidden[shod_vertices(rest, side)] = False
    # Between the thighs the legs' cloth is kept apart where heavy legs are not.
    average_body = load_body().positions
    hidden &= ~((np.abs(average_body[:, 0]) < 0.1) & (average_body[:, 1] < 0.03))
    above = np.stack([height_above(outside(name, number), rest.positions[hidden], 0.15)[0] for name in PATTERNS])
    assert np.where(above > -1.0, above, np.inf).min(axis=0).max() < 0.004


def test_hands_head_and_forearms_stay():
    positions = load_body().positions
    hidden = positions[outfit().hidden_vertices]
    assert hidden[:, 1].max() < 0.58
    assert np.abs(hidden[:, 0]).max() < 0.30


def test_shoes_stand_on_the_ground_and_hold_the_toes():
    for number in BODIES:
        rest = body(number)
        made = dressed(number)
        sole, upper = piece("outfit-sneakers-sole", made), piece("outfit-sneakers-upper", made)
        assert abs(sole.positions[:, 1].min()) < 0.001
        for side, sign in (("left", 1), ("right", -1)):
            foot = rest.positions[shod_vertices(rest, side)]
            shoe = np.concatenate([m.positions[sign * m.positions[:, 0] > 0] for m in (sole, upper)])
            assert shoe[:, 2].max() > foot[:, 2].max() and shoe[:, 2].min() < foot[:, 2].min()
            assert made.hidden_vertices[shod_vertices(rest, side)].all()


def test_every_vertex_is_bound_by_weights_that_sum_to_one():
    for mesh, _ in outfit().pieces:
        assert np.allclose(mesh.weights.sum(axis=1), 1.0, atol=1e-5)
        assert (mesh.weights >= 0).all()
        assert (mesh.joints[mesh.weights == 0] == 0).all()


def test_a_symmetric_body_wears_symmetric_clothes():
    for mesh, _ in outfit().pieces:
        distance, _ = cKDTree(mesh.positions).query(mesh.positions * [-1.0, 1.0, 1.0])
        assert distance.max() < 0.001, mesh.name


def test_the_same_call_gives_the_same_clothes():
    again = make_outfit(OUTFITS["casual"], {}, rest_body({}))
    for (a, _), (b, _) in zip(outfit().pieces, again.pieces, strict=True):
        assert np.array_equal(a.positions, b.positions)


def open_edges(mesh):
    """Vertex numbers of edges that only one triangle has, vertices in one place being one."""
    _, welded = np.unique(np.round(mesh.positions, 5), axis=0, return_inverse=True)
    triangles = welded.reshape(-1)[mesh.triangles]
    triangles = triangles[
        (triangles[:, 0] != triangles[:, 1]) & (triangles[:, 1] != triangles[:, 2]) & (triangles[:, 2] != triangles[:, 0])
    ]
    first = {int(w): n for n, w in reversed(list(enumerate(welded.reshape(-1))))}
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    unique, counts = np.unique(edges, axis=0, return_counts=True)
    return np.array([first[int(w)] for w in np.unique(unique[counts == 1])], int)


@pytest.mark.parametrize("name", ["outfit-t-shirt-fabric", "outfit-jeans-fabric"])
def test_cloth_is_open_only_behind_its_turned_in_hems(name):
    mesh = piece(name)
    pattern = {"outfit-t-shirt-fabric": shirt_pattern, "outfit-jeans-fabric": trousers_pattern}[name]()
    outer = sum(panel.corners.size for panel in pattern.panels)
    edges = open_edges(mesh)
    assert len(edges) > 20
    assert (edges >= outer).all()
    distance, nearest = cKDTree(mesh.positions[:outer]).query(mesh.positions[edges])
    depth = ((mesh.positions[:outer][nearest] - mesh.positions[edges]) * mesh.normals[:outer][nearest]).sum(axis=1)
    assert depth.min() > 0.0005
    assert distance.max() < 0.02


def test_surfaces_face_outward():
    for mesh, _ in outfit().pieces:
        a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
        facing = np.cross(b - a, c - a)
        agreeing = (facing * mesh.normals[mesh.triangles].mean(axis=1)).sum(axis=1)
        area = np.linalg.norm(facing, axis=1)
        assert area[agreeing > 0].sum() > 0.97 * area.sum(), mesh.name
    shoe = piece("outfit-sneakers-upper")
    left = shoe.positions[:, 0] > 0
    for half in (left, ~left):
        from_middle = shoe.positions[half] - shoe.positions[half].mean(axis=0)
        assert (from_middle * shoe.normals[half]).sum(axis=1).mean() > 0


def test_the_outfit_keeps_its_budget():
    assert sum(len(mesh.triangles) for mesh, _ in outfit().pieces) <= 20_000


def test_colours_reach_their_pieces():
    made = make_outfit(OUTFITS["casual"], {"t-shirt": "#ff0000"}, average())
    materials = {mesh.name: material for mesh, material in made.pieces}
    assert materials["outfit-t-shirt-fabric"].base_color == (1.0, 0.0, 0.0, 1.0)
    assert (
        materials["outfit-jeans-fabric"].base_color == {m.name: t for m, t in outfit().pieces}["outfit-jeans-fabric"].base_color
    )


def test_unknown_outfits_parts_and_colours_are_refused():
    with pytest.raises(UsageError, match="jeans"):
        make_outfit(["jaens"], {}, average())
    with pytest.raises(UsageError, match="#rrggbb"):
        make_outfit(["jeans"], {"jeans": "bluish"}, average())
