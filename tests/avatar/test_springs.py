"""What swings on an avatar: hair, hems and earrings, and what holds them off the body."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from avatarkit.avatar.avatar import Avatar, AvatarMesh
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.colliders import body_colliders
from avatarkit.avatar.hair import HAIR_STYLES
from avatarkit.avatar.outfit.hems import cape_chains, hem_chains
from avatarkit.avatar.outfit.make import make_outfit
from avatarkit.avatar.springs import with_chains
from avatarkit.avatar.style import default_recipe
from avatarkit.body.rest import rest_body
from avatarkit.geometry import quaternions

_WORN = (
    ("long", ("summer-dress", "hoops")),
    ("high-ponytail", ("t-shirt", "pleated-skirt", "studs")),
    ("twin-braids", ("coat", "jeans")),
    ("princess", ("t-shirt", "long-skirt", "drop-earrings")),
    ("bob", ("t-shirt", "jeans", "cape")),
)


@cache
def dressed(hair: str, pieces: tuple[str, ...], weight: float = 0.0) -> Avatar:
    recipe = default_recipe()
    sliders = {**recipe.sliders, "weight": weight} if weight else recipe.sliders
    return build_avatar(
        replace(recipe, sliders=sliders, hair=replace(recipe.hair, style=hair), outfit=replace(recipe.outfit, pieces=pieces))
    )


def chain_names(avatar: Avatar) -> set[str]:
    return {chain.name for chain in avatar.springs}


@pytest.fixture(params=_WORN, ids=[hair for hair, _ in _WORN])
def avatar(request: pytest.FixtureRequest) -> Avatar:
    return dressed(*request.param)


def test_a_chain_runs_from_parent_to_child_and_shares_no_joint(avatar: Avatar) -> None:
    parents, human = avatar.rig.skeleton.parents, set(avatar.rig.human_bones.values())
    joints = [joint for chain in avatar.springs for joint in chain.joints]
    assert joints and len(set(joints)) == len(joints) and not human & set(joints)
    for chain in avatar.springs:
        assert [parents[joint] for joint in chain.joints[1:]] == list(chain.joints[:-1])
        assert parents[chain.joints[0]] in human


def test_every_vertex_is_carried_whole_by_at_most_four_joints(avatar: Avatar) -> None:
    for mesh in avatar.meshes:
        np.testing.assert_allclose(mesh.weights.sum(axis=1), 1.0, atol=1e-5)
        assert (mesh.weights >= 0.0).all() and (mesh.joints[mesh.weights == 0.0] == 0).all()


def test_the_last_joint_of_a_chain_carries_nothing_and_the_others_do(avatar: Avatar) -> None:
    carrying = {int(joint) for mesh in avatar.meshes for joint in np.unique(mesh.joints[mesh.weights > 0.02])}
    for chain in avatar.springs:
        assert chain.joints[-1] not in carrying
        assert chain.joints[0] in carrying


def test_colliders_hold_nothing_at_rest(avatar: Avatar) -> None:
    places, _ = avatar.rig.skeleton.rest_world
    for chain in avatar.springs:
        for one in chain.colliders:
            collider = avatar.colliders[one]
            start = places[collider.joint] + collider.offset
            end = places[collider.joint] + (collider.tail or collider.offset)
            for joint in chain.joints[1:]:
                share = np.clip((places[joint] - start) @ (end - start) / max((end - start) @ (end - start), 1e-12), 0.0, 1.0)
                away = np.linalg.norm(places[joint] - start - share * (end - start))
                assert away >= collider.radius + chain.radius - 1e-6


def test_bending_all_chains_tears_no_triangle(avatar: Avatar) -> None:
    """No edge grows by more than half of a segment's own bend, wherever chains meet and begin."""
    for mesh in avatar.meshes:
        if not np.isin(mesh.joints[mesh.weights > 0], [joint for chain in avatar.springs for joint in chain.joints]).any():
            continue
        bent = _bent(avatar, mesh, np.radians(15.0))
        edges = np.concatenate([mesh.triangles[:, [0, 1]], mesh.triangles[:, [1, 2]]])
        before, after = (np.linalg.norm(p[edges[:, 0]] - p[edges[:, 1]], axis=1) for p in (mesh.positions, bent))
        assert (after - before).max() < 0.02


def _bent(avatar: Avatar, mesh: AvatarMesh, angle: float) -> np.ndarray:
    """The mesh when the first joint of each chain is turned about X."""
    skeleton = avatar.rig.skeleton
    places, _ = skeleton.rest_world
    turn = quaternions.to_matrix(quaternions.from_rotation_vector(np.array([angle, 0.0, 0.0])))
    matrices, moves = np.tile(np.eye(3), (len(places), 1, 1)), np.zeros((len(places), 3))
    for chain in avatar.springs:
        root = places[chain.joints[0]]
        for joint in chain.joints:
            matrices[joint], moves[joint] = turn, root - turn @ root
    moved = np.einsum("vkij,vj->vki", matrices[mesh.joints], mesh.positions) + moves[mesh.joints]
    return np.asarray((mesh.weights[..., None] * moved).sum(axis=1))


def test_what_hangs_swings_and_what_does_not_stays() -> None:
    assert {name.split("-")[0] for name in chain_names(dressed("long", ("summer-dress", "hoops")))} == {
        "hair",
        "hem",
        "earring",
    }
    assert not chain_names(dressed("short", ("t-shirt", "jeans", "studs")))
    assert {name.split("-")[0] for name in chain_names(dressed("bun", ("coat", "jeans")))} == {"hem"}
    assert {"hair-tail1", "hair-tail2"} <= chain_names(dressed("twin-braids", ("coat", "jeans")))


@pytest.mark.parametrize("weight", [0.0, 0.9])
def test_skirts_hang_about_the_legs_and_trousers_do_not(weight: float) -> None:
    rest = rest_body({"weight": weight})
    for name in ("jeans", "sweatpants", "leggings", "shorts", "mini-skirt", "pleated-skirt", "long-skirt", "summer-dress"):
        meshes = [mesh for mesh, _ in make_outfit([name], {}, rest).pieces]
        assert (hem_chains(meshes, rest) is not None) == name.endswith(("skirt", "dress")), name


def test_capes_hang_from_the_chest() -> None:
    rest = rest_body({})
    sway = cape_chains([mesh for mesh, _ in make_outfit(["cape"], {}, rest).pieces], rest)
    assert sway is not None and set(sway.parents) == {"upperChest"}
    assert (sway.paths[:, -1, 1] < rest.joint("leftLowerLeg")[1]).all()


def test_hair_on_the_skull_goes_with_the_head_alone() -> None:
    avatar = dressed("long", ("summer-dress", "hoops"))
    head, eyes = (avatar.rig.human_bones[bone] for bone in ("head", "leftEye"))
    above = avatar.rig.skeleton.rest_world[0][eyes, 1] + 0.02
    for mesh in avatar.meshes:
        if mesh.name.startswith("hair"):
            assert (mesh.joints[mesh.positions[:, 1] > above, 0] == head).all()


def test_every_hair_style_has_a_chain_where_it_hangs() -> None:
    for name in ("lob", "wavy", "curly", "half-up", "dreadlocks", "chunky-bob", "braid"):
        assert HAIR_STYLES[name].hangs or HAIR_STYLES[name].gathers
        assert any(chain.startswith("hair") for chain in chain_names(dressed(name, ())))


def test_a_heavier_body_has_thicker_colliders() -> None:
    slim, heavy = (body_colliders(rest_body({"weight": weight})) for weight in (-0.6, 0.9))
    for bone in ("chest", "leftUpperLeg", "hips"):
        assert heavy[bone].radius > 1.05 * slim[bone].radius


def test_left_and_right_hang_alike() -> None:
    avatar = dressed("princess", ("t-shirt", "long-skirt", "drop-earrings"))
    places = dict(zip(avatar.rig.skeleton.names, avatar.rig.skeleton.rest_world[0], strict=True))
    for name, place in places.items():
        if name.startswith(("hem-left", "earring-left")):
            np.testing.assert_allclose(place * [-1, 1, 1], places[name.replace("left", "right")], atol=0.01)


def test_keeping_all_chains_changes_nothing_and_keeping_none_leaves_the_human_bones() -> None:
    avatar = dressed("princess", ("t-shirt", "long-skirt", "drop-earrings"))
    same = with_chains(avatar, range(len(avatar.springs)))
    assert same.springs == avatar.springs and same.rig.skeleton.names == avatar.rig.skeleton.names
    for one, other in zip(avatar.meshes, same.meshes, strict=True):
        order = np.argsort(-one.weights, axis=1, kind="stable")
        np.testing.assert_array_equal(np.take_along_axis(one.weights, order, 1), other.weights)
    none = with_chains(avatar, ())
    assert not none.springs and not none.colliders and len(none.rig.skeleton.names) == 55
    head = none.rig.human_bones["head"]
    hair = next(mesh for mesh in none.meshes if mesh.name == "hair-locks")
    assert (hair.joints[:, 0] == head).all() and np.allclose(hair.weights[:, 0], 1.0)
