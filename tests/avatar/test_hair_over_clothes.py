from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.hair import HAIR_STYLES, make, make_hair
from avatarkit.avatar.hair.hanging import Obstacle
from avatarkit.avatar.hair.layout import lock_layout
from avatarkit.avatar.hair.over_clothes import raised_by_clothes
from avatarkit.avatar.hair.scalp import head_surface
from avatarkit.avatar.outfit import make_outfit
from avatarkit.avatar.style import default_recipe, restyled
from avatarkit.body.body import load_body
from avatarkit.body.rest import rest_body
from avatarkit.geometry.meshes import vertex_normals

UNDER_M = 0.004  # ribbons' edges between the points that were laid over the cloth
BROWN = "#4a2f1d"


@pytest.fixture(scope="module")
def dressed():
    """A body and its cardigan."""
    rest = rest_body({})
    return rest, [mesh for mesh, _ in make_outfit(["cardigan"], {}, rest).pieces]


def sunk(hair, worn):
    """Part of the hair behind the shoulders that lies in the clothes."""
    cloth = np.concatenate([mesh.positions for mesh in worn])
    normals = np.concatenate([mesh.normals for mesh in worn])
    locks = next(mesh.positions for mesh, _ in hair if mesh.name == "hair-locks")
    away, nearest = cKDTree(cloth).query(locks)
    over = ((locks - cloth[nearest]) * normals[nearest]).sum(axis=1)
    near = (away < 0.05) & (locks[:, 2] < 0.0)
    return (over[near] < -UNDER_M).mean()


def test_long_hair_falls_over_a_coat_and_not_through_it(dressed):
    rest, worn = dressed
    through, over = (sunk(make_hair("long", BROWN, rest, worn=clothes), worn) for clothes in ((), worn))
    assert over < 0.3 * through


def test_only_what_lies_under_clothes_is_raised(dressed):
    rest, worn = dressed
    triangles = load_body().parts["body"].triangles
    skin = np.asarray(rest.positions, float)
    normals = vertex_normals(skin, triangles)
    raised = np.linalg.norm(raised_by_clothes(skin, normals, worn, rest) - skin, axis=1)
    body = np.unique(triangles)
    height, chest, neck = skin[body, 1], rest.joint("chest")[1], rest.joint("neck")[1]
    back = (np.abs(skin[body, 0]) < 0.2) & (height > chest) & (height < neck - 0.05) & (skin[body, 2] < rest.joint("neck")[2])
    assert np.median(raised[body][back]) > 0.005
    assert not raised[body][height > neck + 0.05].any()
    np.testing.assert_array_equal(raised_by_clothes(skin, normals, [], rest), skin)


def test_long_hair_before_the_shoulders_is_as_broad_below_as_beside_the_chin(dressed):
    rest, _ = dressed
    locks = next(mesh.positions for mesh, _ in make_hair("long", BROWN, rest) if mesh.name == "hair-locks")
    front = locks[(locks[:, 2] > rest.joint("leftUpperArm")[2]) & (locks[:, 0] > 0.0)]
    neck = rest.joint("neck")[1]
    beside, below = (front[np.abs(front[:, 1] - neck - height) < 0.02, 0] for height in (0.06, -0.1))
    assert np.median(below) > 0.85 * np.median(beside)


def test_a_braid_swings_as_one_chain_whatever_it_falls_over():
    recipe = default_recipe("ada").with_hair("braid")
    for piece in ("t-shirt", "hoodie"):
        outfit = replace(recipe.outfit, pieces=(piece,), colors={})
        springs = build_avatar(replace(recipe, outfit=outfit)).springs
        assert sum("hair" in spring.name for spring in springs) == 1, piece


def loose_locks(recipe):
    """Places of the locks of an avatar's hair, and what tells where its joints are."""
    avatar = build_avatar(recipe)
    places = next(mesh.positions for mesh in avatar.meshes if mesh.name == "hair-locks")
    return places, lambda bone: avatar.rig.skeleton.rest_world[0][avatar.rig.human_bones[bone]]


@pytest.mark.parametrize("family", ["anime", "cartoon"])
def test_long_hair_of_a_head_as_broad_as_the_shoulders_falls_before_them(family):
    # It ended at the jaw, as if it was caught by shoulders that lie far below.
    places, joint = loose_locks(restyled(default_recipe("priya"), family))
    before = places[(places[:, 2] > joint("leftUpperArm")[2]) & (places[:, 1] < joint("neck")[1] - 0.05)]
    assert min((before[:, 0] > 0.02).sum(), (before[:, 0] < -0.02).sum()) > 30


def emerging(style, obstacle, rest, *, cut):
    """How many locks leave clothes again that they have fallen into, with and without being ended there."""
    surface = head_surface(np.asarray(rest.positions, float))
    with pytest.MonkeyPatch.context() as patch:
        if not cut:
            patch.setattr(Obstacle, "is_in_clothes", lambda self, points: np.zeros(len(points), bool))
        locks = make._grown(lock_layout(HAIR_STYLES[style]), HAIR_STYLES[style], surface, obstacle)[-1].points
    inside = obstacle.is_in_clothes(locks.reshape(-1, 3)).reshape(locks.shape[:2])
    fallen = np.maximum.accumulate(inside, axis=1)
    return (fallen & ~inside).any(axis=1).sum()


@pytest.mark.parametrize("style", ["wavy", "curtain-bangs", "long"])
def test_hair_that_falls_into_a_hood_does_not_come_out_of_it(style):
    rest = rest_body({})
    obstacle = make.body_obstacle(rest, [mesh for mesh, _ in make_outfit(["hoodie"], {}, rest).pieces])
    assert emerging(style, obstacle, rest, cut=True) < 0.3 * emerging(style, obstacle, rest, cut=False)
