"""Laws of clothes: what each piece is on bodies of every kind, at rest and in poses."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.spatial import cKDTree

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.outfit import OUTFITS, PIECES, make_outfit, prepare_outfit
from avatarkit.avatar.outfit.cloth import draped
from avatarkit.avatar.outfit.garment import Garment, pattern_of
from avatarkit.avatar.outfit.glasses import Glasses
from avatarkit.avatar.outfit.hat_fit import HatFit
from avatarkit.avatar.outfit.hats import HATS
from avatarkit.avatar.outfit.head import HatFrame, face_frame, hat_frame, skull_vertices
from avatarkit.avatar.outfit.pattern import grid_triangles
from avatarkit.avatar.style import default_recipe, load_style
from avatarkit.avatar.stylise import stylised_sliders
from avatarkit.avatar.wardrobe import check_outfit
from avatarkit.body.body import load_body
from avatarkit.body.rest import rest_body
from avatarkit.errors import UsageError
from avatarkit.geometry.meshes import vertex_normals
from benchmarks import fit_of_clothes as fit
from tests.avatar.people import BODY_EXTREMES
from tests.avatar.poses import POSES

GARMENTS = [name for name, piece in PIECES.items() if isinstance(piece.make, Garment)]
BODIES = range(len(BODY_EXTREMES))
AVERAGE = len(BODY_EXTREMES)
POKE_M = 0.002
SAMPLE = ("casual", "school", "office", "fantasy-cape")
FOLD_M = 0.005  # all diagonals of a grid run one way, so deep folds differ a little
NEAR_HEM_M = 0.015  # skin and cloth part at a hem's very edge


@cache
def body(number):
    return rest_body({} if number == AVERAGE else BODY_EXTREMES[number])


@cache
def dressed(name, number=AVERAGE):
    return make_outfit([name], {}, body(number))


@cache
def outfit(name="casual", number=AVERAGE):
    return make_outfit(OUTFITS[name].pieces, OUTFITS[name].colors, body(number))


@cache
def cloth(name, number):
    """Pattern, points (N, 3) and normals (N, 3) of a garment on a body."""
    pattern = pattern_of(PIECES[name].make.cut)
    points = draped(pattern, body(number))
    triangles = np.concatenate([grid_triangles(panel.corners) for panel in pattern.panels])
    return pattern, points, vertex_normals(points, triangles)


def piece(name, of=None):
    return next(mesh for mesh, _ in (of or outfit()).pieces if mesh.name == name)


@cache
def seen_skin(name):
    """Skin that stays although it is under a garment: vertices, and the points of the garment that lies on each, (K,)."""
    pattern = pattern_of(PIECES[name].make.cut)
    skin = np.unique(load_body().parts["body"].quads)
    places = load_body().positions[skin]
    distance, nearest = cKDTree(pattern.places).query(places)
    stays = ~PIECES[name].make.covers(places)
    normals = vertex_normals(pattern.places, np.concatenate([grid_triangles(panel.corners) for panel in pattern.panels]))
    way = places - pattern.places[nearest]
    beside = np.linalg.norm(way - (way * normals[nearest]).sum(axis=1, keepdims=True) * normals[nearest], axis=1)
    under = stays & (distance < 0.03) & (beside < 0.01) & (pattern.from_hem_m[nearest] > NEAR_HEM_M)
    return skin[under], nearest[under]


def poke(points, normals, skin, over):
    """(K,) metres that skin (K, 3) stands above the points (K,) of the cloth over it."""
    return ((skin - points[over]) * normals[over]).sum(axis=1)


@pytest.mark.parametrize("name", GARMENTS)
def test_skin_that_stays_does_not_come_through_the_cloth_of_extreme_bodies(name):
    vertices, over = seen_skin(name)
    for number in (*BODIES, AVERAGE):
        _, points, normals = cloth(name, number)
        assert poke(points, normals, np.asarray(body(number).positions, float)[vertices], over).max(initial=-1.0) < POKE_M


@pytest.mark.parametrize("name", GARMENTS)
def test_skin_that_stays_does_not_come_through_the_cloth_in_ten_poses(name):
    under = fit.covered(body(AVERAGE), [name])
    for pose in POSES.values():
        assert fit.worst(body(AVERAGE), under, pose).depth_m < POKE_M


@pytest.mark.parametrize("name", SAMPLE)
def test_nothing_comes_through_the_layers_of_an_outfit_in_poses(name):
    for shape in ("heavy woman", "muscular", "child"):
        rest = rest_body(dict(fit.BODIES[shape]))
        under = fit.covered(rest, OUTFITS[name].pieces)
        assert sum(len(pair.points) for pair in under) > 100
        for pose in ("T", "arms up", "twist", "head turned", "arms crossed"):
            found = fit.worst(rest, under, fit.POSES[pose])
            assert found.depth_m < POKE_M, (shape, pose, found)


def test_every_outfit_can_be_worn_and_has_the_parts_it_colours():
    for outfit_ in OUTFITS.values():
        check_outfit(outfit_.pieces, outfit_.colors)


def test_hands_head_and_forearms_stay():
    positions = load_body().positions
    hidden = positions[outfit().hidden_vertices]
    assert hidden[:, 1].max() < 0.58
    assert np.abs(hidden[:, 0]).max() < 0.30


def test_shoes_stand_on_the_ground_and_hold_the_toes():
    for number in BODIES:
        rest = body(number)
        made = outfit(number=number)
        sole, upper = piece("outfit-sneakers-sole", made), piece("outfit-sneakers-upper", made)
        assert abs(sole.positions[:, 1].min()) < 0.001
        for side, sign in (("left", 1), ("right", -1)):
            foot = rest.positions[PIECES["sneakers"].make.shod(rest, side)]
            shoe = np.concatenate([m.positions[sign * m.positions[:, 0] > 0] for m in (sole, upper)])
            assert shoe[:, 2].max() > foot[:, 2].max() and shoe[:, 2].min() < foot[:, 2].min()
            assert made.hidden_vertices[PIECES["sneakers"].make.shod(rest, side)].all()


@pytest.mark.parametrize("name", PIECES)
def test_every_vertex_is_bound_by_weights_that_sum_to_one(name):
    for mesh, _ in dressed(name).pieces:
        assert np.allclose(mesh.weights.sum(axis=1), 1.0, atol=1e-5)
        assert (mesh.weights >= 0).all()
        assert (mesh.joints[mesh.weights == 0] == 0).all()


@pytest.mark.parametrize("name", GARMENTS)
def test_a_symmetric_body_wears_symmetric_clothes(name):
    _, points, _ = cloth(name, AVERAGE)
    distance, _ = cKDTree(points).query(points * [-1.0, 1.0, 1.0])
    assert distance.max() < FOLD_M


def test_the_same_call_gives_the_same_clothes():
    again = make_outfit(OUTFITS["casual"].pieces, {}, rest_body({}))
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


@pytest.mark.parametrize("name", GARMENTS)
def test_cloth_is_open_only_behind_its_turned_in_hems(name):
    mesh = PIECES[name].make.worn(body(AVERAGE), ()).parts[0]
    outer = sum(panel.corners.size for panel in pattern_of(PIECES[name].make.cut).panels)
    edges = open_edges(mesh)
    assert len(edges) > 20
    assert (edges >= outer).all()


@pytest.mark.parametrize("name", PIECES)
def test_surfaces_face_outward(name):
    for mesh, _ in dressed(name).pieces:
        a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
        facing = np.cross(b - a, c - a)
        agreeing = (facing * mesh.normals[mesh.triangles].mean(axis=1)).sum(axis=1)
        area = np.linalg.norm(facing, axis=1)
        assert area[agreeing > 0].sum() > 0.97 * area.sum(), mesh.name


def test_the_outfit_keeps_its_budget():
    assert sum(len(mesh.triangles) for mesh, _ in outfit().pieces) <= 21_500


def test_colours_reach_their_pieces():
    made = make_outfit(OUTFITS["casual"].pieces, {"t-shirt": "#ff0000"}, body(AVERAGE))
    materials = {mesh.name: material for mesh, material in made.pieces}
    assert materials["outfit-t-shirt-fabric"].base_color == (1.0, 0.0, 0.0, 1.0)
    as_designed = {mesh.name: material for mesh, material in outfit().pieces}
    assert materials["outfit-jeans-fabric"].base_color == as_designed["outfit-jeans-fabric"].base_color


def test_less_light_reaches_cloth_beside_what_is_worn_over_it_and_behind_its_hems():
    rest = body(AVERAGE)
    alone, under = (piece("outfit-shirt-fabric", make_outfit(names, {}, rest)) for names in (["shirt"], ["shirt", "blazer"]))
    assert under.light.mean() < 0.8 * alone.light.mean()
    made = PIECES["t-shirt"].make.worn(rest, ()).parts[0]
    outer = sum(panel.corners.size for panel in pattern_of(PIECES["t-shirt"].make.cut).panels)
    assert np.median(made.light[outer:]) < 0.9 * np.median(made.light[:outer])


@pytest.mark.parametrize("name", GARMENTS)
def test_most_light_reaches_open_cloth(name):
    for mesh, _ in dressed(name).pieces:
        assert mesh.light.min() > 0.05 and mesh.light.max() <= 1.0


def test_unknown_pieces_and_colours_are_refused():
    with pytest.raises(UsageError, match="jeans"):
        make_outfit(["jaens"], {}, body(AVERAGE))
    with pytest.raises(UsageError, match="#rrggbb"):
        make_outfit(["jeans"], {"jeans": "bluish"}, body(AVERAGE))


@pytest.mark.parametrize("name", PIECES)
def test_every_piece_can_be_prepared_before_it_is_worn(name: str) -> None:
    prepare_outfit([name], {})  # an error would be passed over, and building take longer


def test_cat_eye_glasses_come_to_a_tip_above_and_outside_and_round_ones_do_not() -> None:
    tips = {}
    for name in ("cat-eye-glasses", "round-glasses"):
        make = PIECES[name].make
        assert isinstance(make, Glasses)
        outline = make._lens(face_frame(rest_body({})))[1][:-1, :2] @ [1.0, 1.0j]
        steps = np.diff(np.append(outline, outline[0]))
        tip = outline[outline.imag.argmax()]
        out = (tip.real - outline.real.min()) / np.ptp(outline.real)
        tips[name] = out, np.degrees(np.abs(np.angle(np.roll(steps, -1) / steps))).max()
    assert tips["cat-eye-glasses"][0] > 0.8 and tips["round-glasses"][0] == pytest.approx(0.5, abs=0.05)
    assert tips["cat-eye-glasses"][1] > 2.5 * tips["round-glasses"][1]


@pytest.mark.parametrize("family", ["human", "hyper-realistic", "cartoon", "anime"])
@pytest.mark.parametrize("name", ["round-wire-glasses", "rectangular-wire-glasses"])
def test_wire_glasses_stand_on_the_nose_by_pads_that_neither_float_nor_cut_it(name: str, family: str) -> None:
    make, preset = PIECES[name].make, load_style(family)
    assert isinstance(make, Glasses)
    face = face_frame(rest_body(stylised_sliders(default_recipe(family).sliders, preset.family.shape)))
    outline = make._lens(face)[1]
    pad = make._pad(face, outline)[1].reshape(-1, 3)
    middle = pad.mean(axis=0)
    assert 0.0 < middle[0] < outline[:, 0].min()
    gap = middle[2] - face.ahead(middle[:2])
    assert 0.001 <= gap < 0.004 * face.scale


@pytest.mark.parametrize("family", ["human", "hyper-realistic", "cartoon", "anime"])
@pytest.mark.parametrize("name", ["round-glasses", "aviators", "rectangular-glasses"])
def test_glasses_are_no_wider_than_the_head_and_hold_the_eyes(name: str, family: str) -> None:
    make, shape = PIECES[name].make, load_style(family).family.shape
    assert isinstance(make, Glasses)
    for preset in ("priya", "grace", "human"):
        face = face_frame(rest_body(stylised_sliders(default_recipe(preset).sliders, shape)))
        outline = make._lens(face)[1]
        assert outline[:, 0].max() < face.ear_root[0]
        assert outline[:, 0].min() < face.eye[0] - 0.012 and outline[:, 0].max() > face.eye[0] + 0.012


@pytest.mark.parametrize("family", ["human", "cartoon"])
def test_a_hat_moves_no_more_than_the_head_that_wears_it(family: str) -> None:
    shape = load_style(family).family.shape
    ends = ({}, {"face-length": 0.6, "face-width": -0.5, "forehead-height": 0.5, "face-diamond": 0.6})
    start, end = (rest_body(stylised_sliders(sliders, shape)) for sliders in ends)
    turn, rings, steps = np.linspace(0.0, 2.0 * np.pi, 40), [], 60
    for share in np.linspace(0.0, 1.0, steps + 1):
        frame = hat_frame(replace(start, positions=start.positions + share * (end.positions - start.positions)))
        rings.append(np.vstack([frame.place(turn, frame.rim(turn), 0.0), frame.world(np.array([0.0, frame.height, 0.0]))]))
    step = np.linalg.norm(end.positions - start.positions, axis=1)[skull_vertices()].max() / steps
    assert np.linalg.norm(np.diff(rings, axis=0), axis=2).max() < 3.0 * step


@pytest.mark.parametrize("name", [name for name, hat in HATS.items() if hat.make.covers_hair])
@pytest.mark.parametrize("number", [AVERAGE, 0, 5])
def test_hair_that_is_pressed_lies_within_the_hat(name, number):
    worn = dressed(name, number)
    points = np.concatenate([np.asarray(mesh.positions, float) for mesh, _ in worn.pieces])
    frame = worn.hat.frame
    depth, up = frame.depth(points)
    x, _, z = frame.local(points).T
    at = (up > 0.01) & (up < 0.8 * frame.height)
    bins = (np.degrees(np.arctan2(x, z))[at] // 10).astype(int) * 100 + (up[at] // 0.01).astype(int)
    outermost = np.array([depth[at][bins == one].max() for one in np.unique(bins)])
    far_out = frame.world(frame.local(points[at]) * [3.0, 1.0, 3.0])
    assert outermost.min() > frame.depth(worn.hat.pressed(far_out))[0].max()


def test_hair_that_a_hat_presses_keeps_its_order() -> None:
    """Locks pressed to one height show their insides and outlines."""
    frame = HatFrame(np.zeros(3), np.eye(3), np.full(72, 0.08), 0.1)
    hat = HatFit(frame, 0.006, low=-0.01, high=0.02)
    for up in (0.0, -0.03, -0.08, 0.05):
        ray = np.column_stack([np.linspace(0.03, 0.14, 40), np.full(40, up), np.zeros(40)])
        pressed, (depth, _) = hat.pressed(ray), frame.depth(ray)
        assert (np.diff(frame.depth(pressed)[0]) > 1e-6).all()
        assert (frame.depth(pressed)[0] <= depth + 1e-9).all()
        np.testing.assert_allclose(pressed[depth < 1.0], ray[depth < 1.0])


def test_pressed_drawn_locks_are_lit_by_their_own_shape() -> None:
    """Lines go out along normals: those of a flat lock's back, lit as its front, came out through the front as dark shards."""
    meshes = {mesh.name: mesh for mesh in build_avatar(default_recipe("willow")).meshes}
    locks, band = meshes["hair-locks"], meshes["outfit-headband-fabric"].positions
    corners = np.asarray(locks.positions, float)[locks.triangles]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.asarray(locks.normals, float)[locks.triangles].mean(axis=1)
    away, nearest = cKDTree(band).query(corners.mean(axis=1))
    below = (away < 0.04) & (corners[:, :, 1].max(axis=1) < band[nearest, 1])
    backs = np.einsum("nc,nc->n", across, normals)[below]
    assert backs[backs < 0.0].sum() > -0.005 * np.abs(across[below]).sum()
