"""Beards: on the skin of any face in any expression, off the lips, in the asked colour."""

from functools import cache

import numpy as np
import pytest
from scipy.spatial import cKDTree

from avatarkit.avatar import wardrobe
from avatarkit.avatar.hair import BEARD_STYLES, make_beard, make_hair
from avatarkit.avatar.hair.beard_ground import FACE_CENTRE, degrees, inside_lips
from avatarkit.avatar.hair.beard_layout import beard_layout
from avatarkit.avatar.hair.directions import unit
from avatarkit.avatar.style import default_recipe
from avatarkit.body.body import load_body
from avatarkit.body.rest import rest_body
from avatarkit.errors import UsageError
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.render.color import to_linear
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from tests.avatar.people import random_head

BROWN = "#4a2f1d"
WORN = ("full", "moustache", "long-full")
"""One of each kind of area and length: where a law is about the generator, these stand for all."""
MOUTHS = ("jawOpen", "mouthSmileLeft", "mouthFunnel", "mouthRollUpper")
DEEPEST_M, NEAR_SKIN_M = 0.002, 0.01
MIDDLE_M = 0.002
RARELY = 0.001
SELDOM = 0.008  # of a beard's vertices: below an open jaw single ones are in the neck, behind all others
MOST_TRIANGLES = 12_000


@cache
def head(seed):
    return random_head(seed)


@cache
def beard(style, seed=0, solid=False):
    """Mesh name -> mesh."""
    return {mesh.name: mesh for mesh, _ in make_beard(style, BROWN, head(seed), solid=solid)}


def moved_skin(rest, name):
    """The body's vertices in an expression, or at rest."""
    positions = np.array(rest.positions, float)
    if name:
        vertices, offsets = rest.expressions.of(ARKIT_NAMES.index(name))
        positions[vertices] += offsets
    return positions


def moved(mesh, name):
    positions = np.array(mesh.positions, float)
    for morph in mesh.morphs:
        if morph.name == name:
            positions[morph.indices] += morph.positions
    return positions


@cache
def skin_triangles():
    """Of the face without the ears, whose hollows hair may well be in front of."""
    head = load_body().parts["head"]
    ears = load_body().regions["ears"][head.uv_triangles].max(axis=1) > 0.0
    return head.triangles[~ears]


def heights(points, positions):
    """(N,) metres above the nearest place of the face's skin; far from it, the distance."""
    triangles = skin_triangles()
    normals = vertex_normals(positions, triangles)
    corners = np.einsum("sk,tkx->tsx", STEPS, positions[triangles]).reshape(-1, 3)
    outward = np.einsum("sk,tkx->tsx", STEPS, normals[triangles]).reshape(-1, 3)
    distance, nearest = cKDTree(corners).query(points)
    height = ((points - corners[nearest]) * outward[nearest]).sum(axis=1)
    return np.where(distance < NEAR_SKIN_M, height, distance)


STEPS = np.array([(a, b, 3 - a - b) for a in range(4) for b in range(4 - a)]) / 3.0


@pytest.mark.parametrize("style", BEARD_STYLES)
def test_no_beard_lies_below_the_skin_of_any_face_at_rest(style):
    positions = moved_skin(head(1), None)
    for mesh in beard(style, 1).values():
        assert (heights(mesh.positions, positions) < -DEEPEST_M).mean() < RARELY


@pytest.mark.parametrize("name", MOUTHS)
@pytest.mark.parametrize("style", WORN)
def test_no_expression_brings_skin_through_a_beard(style, name):
    positions = moved_skin(head(0), name)
    for mesh in beard(style).values():
        deep = heights(moved(mesh, name), positions) < -DEEPEST_M
        assert deep.mean() < SELDOM


@pytest.mark.parametrize("style", WORN)
def test_the_shadow_goes_exactly_where_the_skin_goes(style):
    mesh, rest = beard(style)["beard-shadow"], head(0)
    jaw = moved(mesh, "jawOpen") - mesh.positions
    skin = moved_skin(rest, "jawOpen") - rest.positions
    # Where lips meet, vertices that part lie close together: the shadow goes with one of them.
    near = cKDTree(rest.positions).query(mesh.positions, 12)[1]
    assert np.abs(jaw[:, None] - skin[near]).max(axis=2).min(axis=1).max() < 2e-4


def test_a_chin_beard_goes_down_with_the_jaw_and_a_moustache_stays():
    def drop(style):
        mesh = beard(style)["beard-locks"]
        return (moved(mesh, "jawOpen") - mesh.positions)[:, 1].mean()

    assert drop("soul-patch") < -0.01
    assert abs(drop("moustache")) < 0.5 * abs(drop("soul-patch"))


@pytest.mark.parametrize("style", [name for name, style in BEARD_STYLES.items() if style.locks])
@pytest.mark.parametrize("solid", [False, True])
def test_no_lock_is_rooted_on_the_lips_or_bound_to_them(style, solid):
    azimuth, elevation = degrees(beard_layout(style, solid).directions)
    assert inside_lips(azimuth, elevation).max() < 0.0


@pytest.mark.parametrize("style", (*WORN, "stubble"))
def test_the_lips_bear_no_shadow(style):
    material = make_beard(style, BROWN, head(0))[0][1]
    pixels = material.base_color_texture.pixels
    body = load_body()
    mouth = body.positions[np.unique(body.parts["head"].quads)].astype(float)
    azimuth, elevation = degrees(unit(mouth - FACE_CENTRE))
    lips = unit(mouth - FACE_CENTRE)[inside_lips(azimuth, elevation) > 1.0]
    assert len(lips) > 20
    along = np.degrees(np.arctan2(lips[:, 0], lips[:, 2]))
    row = ((46.0 - np.degrees(np.arcsin(lips[:, 1]))) / 108.0 * pixels.shape[0]).astype(int)
    column = ((along + 100.0) / 200.0 * pixels.shape[1]).astype(int)
    assert pixels[row, column, 3].max() == 0
    assert pixels[..., 3].max() > 100


@pytest.mark.parametrize("style", BEARD_STYLES)
def test_beards_keep_their_budget_and_are_alike_on_both_sides(style):
    for solid in (False, True):
        meshes = [mesh for mesh, _ in make_beard(style, BROWN, rest_body({}), solid=solid)]
        assert sum(len(mesh.triangles) for mesh in meshes) <= MOST_TRIANGLES
        for mesh in meshes:
            assert np.isfinite(mesh.positions).all()
            left, right = ((side * mesh.positions[:, 0] > MIDDLE_M).sum() for side in (1, -1))
            assert abs(left - right) < 0.2 * max(left, right)


def test_a_beard_is_as_long_as_it_is_named():
    lowest = {style: beard(style)["beard-locks"].positions[:, 1].min() for style in ("short", "full", "long-full")}
    assert lowest["long-full"] < lowest["full"] - 0.03 < lowest["short"] - 0.03


def test_beards_have_the_hairs_colour_unless_they_have_their_own():
    def seen(color):
        pixels = make_beard("full", color, head(0))[1][1].base_color_texture.pixels
        return to_linear(pixels[pixels[..., 3] > 127][:, :3] / 255).mean(axis=0)

    red, yellow = seen("#8a2010"), seen("#c8b070")
    assert red[0] > 3 * red[2]
    assert yellow[1] > 2 * red[1]
    assert default_recipe().with_beard("full").beard.color is None


def test_below_light_locks_no_dark_skin_shows_and_stubble_stays_thin():
    def ground(style, color):
        pixels = make_beard(style, color, head(0))[0][1].base_color_texture.pixels.astype(float) / 255.0
        dense = pixels[pixels[..., 3] > 0.5 * pixels[..., 3].max()]
        return np.median(dense[:, 3]), to_linear(np.median(dense[:, :3], axis=0)).mean()

    light, dark = ground("full", "#eeece8"), ground("full", BROWN)
    assert light[0] > dark[0] + 0.07
    assert light[1] > 0.7 * to_linear(np.array([0.93, 0.925, 0.91])).mean()
    assert ground("stubble", "#eeece8")[0] == ground("stubble", BROWN)[0]


@pytest.mark.parametrize("solid", [False, True])
def test_locks_are_longer_than_wide_however_near_to_the_lips_they_grow(solid):
    for style in ("full", "short", "moustache"):
        layout = beard_layout(style, solid)
        assert (layout.widths / layout.lengths).max() < 0.7


@pytest.mark.parametrize("style", ["long-full", "full", "van-dyke", "mutton-chops"])
def test_thick_locks_make_a_whole_moustache_and_no_beads_beside_the_ears(style):
    layout = beard_layout(style, True)
    azimuth, elevation = degrees(layout.directions[:, 0])
    moustache = layout.directions[(azimuth < 22.0) & (elevation > -14.0), 0, 0]
    assert (moustache > 0.0).sum() >= 9 <= (moustache < 0.0).sum()
    assert layout.lengths[azimuth > 60.0].min(initial=1.0) > 0.009


def test_none_is_no_beard_and_wrong_names_get_the_nearest():
    assert make_beard("none", BROWN, head(0)) == []
    assert {"none", "full", "goatee", "moustache", "handlebar", "stubble", "van-dyke", "chin-strap", "soul-patch",
            "mutton-chops", "long-full"} <= set(wardrobe.beard_styles())  # fmt: skip
    with pytest.raises(UsageError, match="goatee"):
        make_beard("gotee", BROWN, head(0))


@pytest.mark.parametrize("style", ["full", "curly", "chin-strap"])
def test_pictures_of_one_name_are_one_picture_whatever_the_beard_s_colour(style):
    # Files hold each picture once, by its name: a white beard would otherwise whiten brown hair.
    rest = rest_body({})
    for kind, solid in (("strands", False), ("clumps", True)):
        pieces = [*make_hair("short", "#4a2f1d", rest, kind=kind), *make_beard(style, "#f2efe8", rest, solid=solid)]
        pictures = {}
        for _, material in pieces:
            for texture in material.textures:
                assert np.array_equal(pictures.setdefault(texture.name, texture.pixels), texture.pixels), texture.name


def test_what_hangs_of_a_long_beard_faces_away_from_the_neck():
    rest = rest_body({})
    locks = next(mesh for mesh, _ in make_beard("long-full", "#4a2f1d", rest) if mesh.name == "beard-locks")
    hanging = locks.positions[:, 1] < locks.positions[:, 1].min() + 0.06
    assert hanging.sum() > 100
    assert np.quantile(locks.normals[hanging, 2], 0.1) > 0.2
