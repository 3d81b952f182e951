"""The T-pose."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.body import rest as rest_module
from avatarkit.body.body import load_body
from avatarkit.body.lips import closed_lips, hung_teeth
from avatarkit.body.rest import blended_transforms, posed_joints, rest_body, t_pose_turns, unposed_vertices
from avatarkit.body.shape import shape_body
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS, HUMAN_BONES
from tests.body.random_people import random_person
from tests.body.test_shape import DRAWN, mirrored, symmetric

PEOPLE = [{}, random_person(1), random_person(2), {"weight": 1.0, "height": -0.8}, {"age": -0.6}]
FINGERS = [f"{finger}{s}" for finger in ("Index", "Middle", "Ring", "Little") for s in ("Proximal", "Intermediate", "Distal")]


@pytest.mark.parametrize("sliders", PEOPLE)
@pytest.mark.parametrize(("side", "sign"), [("left", 1.0), ("right", -1.0)])
def test_arms_hands_and_fingers_lie_exactly_along_x(sliders, side, sign):
    rest = rest_body(sliders)
    chains = [["UpperArm", "LowerArm", "Hand", "MiddleProximal"], *(FINGERS[k : k + 3] for k in range(0, 12, 3))]
    for chain in chains:
        places = np.array([rest.joint(side + bone) for bone in chain])
        steps = np.diff(places, axis=0)
        assert np.abs(steps[:, 1:]).max() < 1e-6
        assert (sign * steps[:, 0] > 0.0).all()


@pytest.mark.parametrize("sliders", PEOPLE)
def test_thumbs_point_half_way_between_outward_and_ahead(sliders):
    rest = rest_body(sliders)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        thumb = rest.joint(side + "ThumbDistal") - rest.joint(side + "ThumbMetacarpal")
        assert np.allclose(thumb / np.linalg.norm(thumb), np.array([sign, 0.0, 1.0]) / np.sqrt(2.0), atol=1e-6)


@pytest.mark.parametrize("sliders", PEOPLE)
def test_legs_are_upright_feet_point_ahead_and_soles_stand_on_the_ground(sliders):
    rest = rest_body(sliders)
    for side in ("left", "right"):
        leg = rest.joint(side + "Foot") - rest.joint(side + "UpperLeg")
        assert np.allclose(leg / np.linalg.norm(leg), [0.0, -1.0, 0.0], atol=1e-6)
        foot = rest.joint(side + "Toes") - rest.joint(side + "Foot")
        assert abs(foot[0]) < 1e-6 < foot[2]
    skin = np.unique(load_body().parts["body"].quads)
    assert rest.positions[skin, 1].min() == pytest.approx(0.0, abs=1e-9)
    assert rest.joint("hips")[0] == pytest.approx(0.0, abs=1e-9)


def test_palms_face_down():
    rest, body = rest_body({}), load_body()
    nails = [i for i, n in enumerate(body.joint_names) if n.startswith("left") and n.endswith("Distal") and "Thumb" not in n]
    vertices = np.flatnonzero(np.isin(body.joint_indices[:, 0], nails))
    corners = body.regions["fingernails"]
    part = body.parts["body"]
    nail = np.unique(part.quads.reshape(-1)[corners[part.uv_quads.reshape(-1)] > 0.9])
    on_nails, on_fingers = np.intersect1d(vertices, nail), np.intersect1d(vertices, part.quads)
    assert rest.positions[on_nails, 1].mean() > rest.positions[on_fingers, 1].mean()


@pytest.mark.parametrize("sliders", PEOPLE)
def test_no_bone_changes_its_length_between_the_poses(sliders):
    shape, rest = shape_body(sliders), rest_body(sliders)
    for number, (bone, parent) in enumerate(HUMAN_BONE_PARENTS.items()):
        if parent is not None:
            sculpted = np.linalg.norm(shape.joint_heads[number] - shape.joint_heads[HUMAN_BONES.index(parent)])
            assert np.linalg.norm(rest.joint(bone) - rest.joint(parent)) == pytest.approx(sculpted, abs=1e-7)


def test_every_joint_is_parallel_to_the_world():
    skeleton = rest_body(random_person(3)).skeleton
    assert skeleton.names == HUMAN_BONES
    assert np.array_equal(skeleton.rest_rotations, np.tile([0.0, 0.0, 0.0, 1.0], (55, 1)))
    assert np.allclose(skeleton.rest_world[0], rest_body(random_person(3)).joints)


@pytest.mark.parametrize("seed", range(2))
def test_symmetric_sliders_give_a_symmetric_rest_pose(seed):
    rest = rest_body(symmetric(random_person(seed)))
    assert np.abs(mirrored(rest.positions) - rest.positions)[DRAWN].max() < 8e-4  # a few targets are uneven by 0.3 mm


@pytest.mark.parametrize("sliders", PEOPLE)
def test_skinning_the_rest_pose_back_gives_the_sculpted_body(sliders):
    body, shape = load_body(), shape_body(sliders)
    turns = t_pose_turns(shape)
    heads = posed_joints(shape.joint_heads, turns)
    transforms = blended_transforms(turns, shape.joint_heads, heads, body)
    posed = unposed_vertices(shape.positions, transforms)
    back = np.einsum("vij,vj->vi", transforms[:, :, :3], posed) + transforms[:, :, 3]
    assert np.abs(back - shape.positions).max() < 1e-9
    some = slice(None, None, 97)
    by_python = rest_module._unposed.__wrapped__(shape.positions[some], transforms[some])
    np.testing.assert_allclose(posed[some], by_python, atol=1e-9)
    head = np.unique(body.parts["head"].quads)
    moved = np.abs(posed - shape.positions).max(axis=1)
    assert moved[head].max() < 0.02 < moved[DRAWN].max()


@pytest.mark.parametrize("seed", range(12))
def test_closed_lips_leave_no_gap(seed):
    """From the front, the upper lip's lowest line lies below the lower lip's highest, but for the corners."""
    from avatarkit.body.lips import lips
    from tests.body.random_people import random_face

    positions = closed_lips(shape_body(random_face(seed)).positions)
    upper, lower = (positions[lip.edge] for lip in lips())
    low, high = max(upper[:, 0].min(), lower[:, 0].min()), min(upper[:, 0].max(), lower[:, 0].max())
    x = np.linspace(low, high, 60)[3:-3]
    lines = [np.interp(x, line[np.argsort(line[:, 0]), 0], line[np.argsort(line[:, 0]), 1]) for line in (upper, lower)]
    assert (lines[0] - lines[1]).max() < 2e-4


@pytest.mark.parametrize("seed", range(6))
def test_lips_that_smile_neither_cover_nor_hide_where_they_meet(seed):
    """Thin ones were pushed into each other by millimetres: drawn figures had half a mouth or none."""
    from avatarkit.body.lips import lips
    from tests.body.random_people import random_face

    thin = {"smiling": 1.0, "mouth-forward": -0.7, "upper-lip-height": -0.9, "mouth-thickness": -0.6}
    positions = closed_lips(shape_body({**random_face(seed), **thin}).positions)
    upper, lower = lips()
    x = np.linspace(*np.quantile(positions[upper.edge, 0], (0.15, 0.85)), 30)

    def line(ring):
        order = np.argsort(positions[ring, 0])
        return np.interp(x, positions[ring[order], 0], positions[ring[order], 1])

    assert (line(lower.edge) - line(upper.edge)).max() < 0.0015
    assert (line(upper.rings[3]) - line(upper.edge)).min() > -0.0002
    assert (line(lower.edge) - line(lower.rings[3])).min() > -0.0002


def test_closing_lips_moves_nothing_but_lips():
    base = load_body().positions.astype(float)
    moved = np.linalg.norm(closed_lips(base) - base, axis=1)
    assert 0.0 < moved.max() < 0.0015
    assert np.linalg.norm(base[moved > 0] - [0.0, 0.668, 0.143], axis=1).max() < 0.03


def test_every_vertex_is_somewhere_at_both_ends_of_every_slider() -> None:
    for name, slider in load_body().sliders.items():
        for value in (slider.low, slider.high):
            positions = shape_body({name: value}).positions
            assert np.isfinite(hung_teeth(closed_lips(positions))).all(), (name, value)


def test_machine_code_blends_and_poses_as_matrices_do() -> None:
    body, shape = load_body(), shape_body({"height": 0.4, "nose-width": 0.5})
    turns = t_pose_turns(shape)
    heads = posed_joints(shape.joint_heads, turns)
    back = np.swapaxes(turns, 1, 2)
    moves = shape.joint_heads - np.einsum("bij,bj->bi", back, heads)
    wanted = body.skin_matrix @ np.concatenate([back, moves[:, :, None]], axis=2).reshape(-1, 12)
    np.testing.assert_allclose(blended_transforms(turns, shape.joint_heads, heads, body).reshape(-1, 12), wanted, atol=1e-12)
    parents = rest_module._parents()
    np.testing.assert_allclose(rest_module._posed.__wrapped__(shape.joint_heads, turns, parents), heads, atol=1e-12)
