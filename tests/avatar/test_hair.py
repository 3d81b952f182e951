from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.hair import HAIR_STYLES, make_hair, painted_hair
from avatarkit.avatar.hair.cap_layout import CAP_COLUMNS, CAP_ROWS, cap_layout
from avatarkit.avatar.hair.comb import Strays, fringe_comb
from avatarkit.avatar.hair.directions import nearest_on_arc, to_angles, to_directions, unit
from avatarkit.avatar.hair.dye import HairColor, Slope, colored
from avatarkit.avatar.hair.hairline import inward_m
from avatarkit.avatar.hair.layout import lock_layout
from avatarkit.avatar.hair.scalp import SKULL_CENTRE, points_towards
from avatarkit.avatar.hair.style import Fringe
from avatarkit.avatar.hair.textures import cap_strands
from avatarkit.avatar.hair.thick import thick_style
from avatarkit.avatar.style import default_recipe, restyled
from avatarkit.body.body import load_body
from avatarkit.body.rest import rest_body
from avatarkit.body.surface_points import SurfacePoints
from avatarkit.errors import UsageError
from avatarkit.face_fit.light import to_lab
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.render.color import to_linear
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from tests.avatar.people import random_head

BROWN = "#4a2f1d"
HEADS = range(6)
FEW_HEADS = range(2)
CLOSE_M = 0.015
DEEPEST_M = 0.002
KINDS_OF_HAIR = ("strands", "clumps", "drawn")
NEAR_SKIN_M = 0.01
MOST_TRIANGLES = 20_000


@cache
def head(seed):
    return random_head(seed)


@cache
def skin(seed):
    return Skin(head(seed))


@cache
def grown(seed, style, kind="strands"):
    """Mesh name -> mesh, made once for all laws."""
    return {mesh.name: mesh for mesh, _ in make_hair(style, BROWN, head(seed), kind=kind)}


def dyed(color):
    """Material name -> material."""
    return {material.name: material for _, material in make_hair("short", color, rest_body({}))}


KINDS = ("short", "long", "afro", "undercut", "braid", "bob-bangs")
"""One of each shape and zone of the generator, for laws that are about it on many heads."""
GROWN = [name for name, style in HAIR_STYLES.items() if style.capped]
FALLING = [name for name, style in HAIR_STYLES.items() if style.hangs and style.shape == "card" and not style.gathers]


def under_cap(style):
    """Body vertices of the scalp that the cap covers, on the average head, clear of its rim."""
    body = load_body()
    places = cap_layout(HAIR_STYLES[style]).points.on(body.positions)
    covered = cap_layout(HAIR_STYLES[style]).heights > 0.5 * np.median(cap_layout(HAIR_STYLES[style]).heights)
    scalp = np.unique(body.parts["head"].quads)
    distance, nearest = cKDTree(places).query(body.positions[scalp])
    ears = np.unique(body.parts["head"].triangles[body.regions["ears"][body.parts["head"].uv_triangles].max(axis=1) > 0])
    return np.setdiff1d(scalp[covered[nearest] & (distance < 0.01)], ears)


def floating_share(meshes):
    """Share of the vertices that nothing joins to the rest: neither triangles nor another vertex within about CLOSE_M."""
    starts = np.cumsum([0, *(len(mesh.positions) for mesh in meshes)])
    triangles = np.concatenate([mesh.triangles + start for mesh, start in zip(meshes, starts, strict=False)])
    cells = np.floor(np.concatenate([mesh.positions for mesh in meshes]) / CLOSE_M).astype(int)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    within = np.column_stack([np.arange(starts[-1]), starts[-1] + cell.ravel()])
    ends = np.concatenate([triangles[:, :2], triangles[:, 1:], within])
    graph = sparse.coo_matrix((np.ones(len(ends)), tuple(ends.T)), shape=(ends.max() + 1,) * 2)
    piece = connected_components(graph, directed=False)[1][: starts[-1]]
    return (piece != np.bincount(piece).argmax()).mean()


class Skin:
    """Heights above the skin of the head without ears, and of the body; beside an ear, where that skin ends, distances."""

    def __init__(self, rest):
        body = load_body()
        parts = body.parts
        ears = body.regions["ears"][parts["head"].uv_triangles].max(axis=1) > 0.5
        triangles = np.concatenate([parts["head"].triangles[~ears], parts["body"].triangles])
        normals = vertex_normals(rest.positions, triangles)
        self.places, self.normals = (corners_to_samples(values[triangles]) for values in (rest.positions, normals))
        edge = np.isin(triangles, parts["head"].triangles[ears]).any(axis=1)
        self.edge = np.repeat(edge, len(self.places) // len(triangles))
        self.tree = cKDTree(self.places)

    def heights(self, points):
        distance, nearest = self.tree.query(points)
        heights = ((points - self.places[nearest]) * self.normals[nearest]).sum(axis=1)
        return np.where((distance < NEAR_SKIN_M) & ~self.edge[nearest], heights, distance)


def corners_to_samples(corners):
    """(15 T, 3) values all over triangles whose corners have (T, 3, 3)."""
    steps = np.array([(a, b, 4 - a - b) for a in range(5) for b in range(5 - a)]) / 4.0
    return np.einsum("sk,tkx->tsx", steps, corners).reshape(-1, 3)


@pytest.mark.parametrize("style", GROWN)
def test_no_piece_of_hair_floats_on_any_head(style):
    for seed in FEW_HEADS:
        assert floating_share(list(grown(seed, style).values())) == 0.0


@pytest.mark.parametrize("style", HAIR_STYLES)
def test_no_hair_lies_below_the_skin_of_any_person(style):
    for seed in FEW_HEADS:
        for mesh in grown(seed, style).values():
            assert skin(seed).heights(mesh.positions).min() > -DEEPEST_M


@pytest.mark.parametrize("style", GROWN)
def test_no_scalp_comes_through_the_cap_of_any_head(style):
    scalp = under_cap(style)
    assert len(scalp) > 60
    for seed in HEADS if style in KINDS else FEW_HEADS:
        cap = grown(seed, style)["hair-cap"]
        places = head(seed).positions[scalp]
        _, nearest = cKDTree(cap.positions).query(places)
        above = ((places - cap.positions[nearest]) * cap.normals[nearest]).sum(axis=1)
        assert above.max() < 0.0005


@pytest.mark.parametrize("style", FALLING)
def test_outer_ribbons_that_fall_leave_the_head_without_inner_ones(style):
    locks = lock_layout(HAIR_STYLES[style])
    falls = locks.hanging > 0.0
    outwards_m, _ = np.polyfit(locks.layers[falls], locks.heights[falls, -1], 1)
    assert outwards_m > 0.003


def test_ends_that_turn_under_are_nearer_to_the_neck(monkeypatch):
    turned = grown(0, "feathered")["hair-locks"].positions
    under_m = 1e-3 * HAIR_STYLES["feathered"].under_mm
    monkeypatch.setitem(HAIR_STYLES, "feathered", replace(HAIR_STYLES["feathered"], under_mm=0.0))
    straight = {mesh.name: mesh.positions for mesh, _ in make_hair("feathered", BROWN, head(0))}["hair-locks"]
    neck = head(0).positions[:, [0, 2]].mean(axis=0)
    from_neck = [np.linalg.norm(each[:, [0, 2]] - neck, axis=1) for each in (turned, straight)]
    nearer = from_neck[1] - from_neck[0]
    assert nearer.min() > -0.3 * under_m and np.quantile(nearer, 0.95) > 0.6 * under_m
    assert np.median(nearer) < 0.3 * under_m  # where they leave the head they are as they were


@pytest.mark.parametrize("style", GROWN)
def test_thick_locks_float_nowhere_lie_nowhere_below_the_skin_and_keep_the_budget(style):
    meshes = list(grown(0, style, "drawn").values())
    assert floating_share(meshes) == 0.0
    assert sum(len(mesh.triangles) for mesh in meshes) <= MOST_TRIANGLES
    for mesh in meshes:
        assert skin(0).heights(mesh.positions).min() > -DEEPEST_M


def test_thick_hair_is_whole_and_hair_of_strands_lets_its_edges_fade():
    alpha = {kind: {m.name: m.alpha_mode for _, m in make_hair("short", BROWN, head(0), kind=kind)} for kind in KINDS_OF_HAIR}
    assert alpha == {
        "strands": {"hair-cap": "BLEND", "hair-lying": "MASK"},
        "clumps": {"hair-cap": "OPAQUE", "hair-locks": "OPAQUE"},
        "drawn": {"hair-cap": "OPAQUE", "hair-locks": "OPAQUE"},
    }


def test_ribbons_on_the_head_are_seen_from_without_alone_and_those_that_hang_from_both_sides():
    # Behind the head's outline the backs of ribbons would be dark specks; hair beside the neck is seen from within.
    pieces = make_hair("long", BROWN, head(0))
    assert {m.name: m.double_sided for _, m in pieces} == {"hair-cap": False, "hair-lying": False, "hair-locks": True}
    lying, hanging = (mesh.positions for mesh, _ in pieces if mesh.name != "hair-cap")
    assert np.median(lying[:, 1]) > np.quantile(hanging[:, 1], 0.95)


def test_a_crest_runs_from_the_forehead_to_the_nape():
    way = np.linspace(0, 1, 9)[1:-1]
    rest = head(0)
    locks = next(mesh.positions for mesh, _ in make_hair("mohawk", BROWN, rest) if mesh.name == "hair-locks")
    cap = next(mesh.positions for mesh, _ in make_hair("mohawk", BROWN, rest) if mesh.name == "hair-cap")
    middle = cap[np.abs(cap[:, 0]) < 0.012]
    heights = np.quantile(middle[middle[:, 2] < cap[:, 2].mean(), 1], way)
    assert all((np.abs(locks[locks[:, 2] < cap[:, 2].mean(), 1] - height) < 0.01).any() for height in heights)


def test_what_is_see_through_in_a_picture_of_hair_has_the_colour_of_hair():
    # Mipmaps mix a strand's edge with what lies beside it: black or white there would draw a seam around each.
    for name, material in dyed("#c9a263").items():
        pixels = material.base_color_texture.pixels
        if pixels.shape[2] == 4:
            clear = pixels[..., 3] < 30
            mean, beside = (to_linear(pixels[which][:, :3] / 255).mean(axis=0) for which in (~clear, clear))
            assert 0.4 < (beside / mean).min() <= (beside / mean).max() < 1.6, name


@pytest.mark.parametrize("style", ["bob", "lob", "long"])
def test_outer_locks_beside_a_parting_lie_above_the_cap(style: str) -> None:
    chosen = HAIR_STYLES[style]
    cap, locks = cap_layout(chosen), lock_layout(chosen)
    assert locks is not None
    whorl, front = to_directions(*np.radians(np.array([chosen.whorl_deg, (chosen.part_deg, 40.0)])).T)

    def beside(points: SurfacePoints) -> np.ndarray:
        directions = unit(points.on(load_body().positions) - SKULL_CENTRE)
        away = np.linalg.norm(directions - nearest_on_arc(front, whorl, directions), axis=1)
        return (away > 0.2) & (away < 0.3)

    outer = np.percentile(locks.heights.reshape(-1)[beside(locks.points)], 90)
    assert outer > np.median(cap.heights[beside(cap.points)])


TIED = [name for name, style in HAIR_STYLES.items() if style.wholly_tied]


@pytest.mark.parametrize("name", TIED)
@pytest.mark.parametrize("thick", [False, True])
def test_the_picture_of_tied_hair_runs_to_its_ties(name: str, thick: bool) -> None:
    style = thick_style(HAIR_STYLES[name]) if thick else HAIR_STYLES[name]
    layout, ties = cap_layout(style), to_directions(*np.radians([gather.at_deg for gather in style.gathers]).T)
    directions = unit(layout.points.on(load_body().positions) - SKULL_CENTRE)
    beside = directions[:, 0] > 0.1 if len(ties) > 1 else np.abs(directions[:, 0]) > 0.1
    u, here = layout.uvs[beside, 0], directions[beside]
    pairs = cKDTree(here).query_pairs(0.12, output_type="ndarray")
    step, tie = unit(here[pairs[:, 1]] - here[pairs[:, 0]]), ties[np.argmax(ties[:, 0])]
    towards = unit(tie - (here[pairs[:, 0]] @ tie)[:, None] * here[pairs[:, 0]])
    share, far = np.abs((step * towards).sum(axis=1)), np.abs(here[pairs[:, 0]] @ tie) < 0.7
    change = np.abs(u[pairs[:, 1]] - u[pairs[:, 0]])
    assert np.median(change[far & (share > 0.98)]) < 0.25 * np.median(change[far & (share < 0.2)])


@pytest.mark.parametrize("name", TIED)
def test_no_locks_of_tied_drawn_hair_lie_on_the_scalp_but_over_the_forehead(name: str) -> None:
    locks = lock_layout(thick_style(HAIR_STYLES[name]))
    assert locks is not None
    azimuth, _ = to_angles(unit(locks.points.on(load_body().positions) - SKULL_CENTRE))
    assert np.degrees(np.abs(azimuth)).max() < 90.0


@pytest.mark.parametrize("name", ["crew", "quiff", "undercut"])
def test_no_thick_lock_grows_from_shorn_sides(name: str) -> None:
    # A lock of five millimetres stood there as a wart or a thorn.
    locks = lock_layout(thick_style(HAIR_STYLES[name]))
    assert locks is not None
    places = locks.points.on(load_body().positions).reshape(*locks.widths.shape, 3)
    azimuth, elevation = np.degrees(to_angles(unit(places[:, 0] - SKULL_CENTRE)))
    assert elevation[np.abs(azimuth) > 60.0].min() > 20.0


@pytest.mark.parametrize("name", ["quiff", "undercut", "slicked-back"])
def test_no_thick_lock_of_the_top_runs_down_over_shorn_or_slicked_sides(name: str) -> None:
    # Single ones were shards above the ears, and those of slicked hair crossed in a knot.
    style = thick_style(HAIR_STYLES[name])
    locks = lock_layout(style)
    assert locks is not None
    places = locks.points.on(load_body().positions).reshape(*locks.widths.shape, 3)
    azimuth, elevation = np.degrees(to_angles(unit(places[:, -1] - SKULL_CENTRE)))
    assert elevation[np.abs(azimuth) > 60.0].min() > style.top_from_deg[0] - 11.0


@pytest.mark.parametrize("color", ["#0b0a0a", "#7a4b2e", "#e8d9b0"])
def test_the_scalp_shows_through_shorn_hair_the_more_the_lower_it_grows(color: str) -> None:
    tone = "#d9a582"
    paint = {"roots": None, "grey": 0.0, "kind": "drawn", "contrast": 1.0}
    cap = painted_hair("crew", color, skin=tone, **paint)["hair-cap"]
    shorn = np.asarray(cap.base_color_texture.pixels, float).mean(axis=1)
    away = np.abs(shorn - 255.0 * np.array(parse_color(tone))).sum(axis=1)
    assert (np.diff(away) <= 3.0).all() and away[-1] < 0.6 * away[0]
    others = [painted_hair("short", color, skin=skin, **paint) for skin in (tone, None)]
    np.testing.assert_array_equal(*(one["hair-cap"].base_color_texture.pixels for one in others))


def drawn_locks(color: str, style: str = "long") -> np.ndarray:
    """(H, W) CIELAB lightness of the picture of drawn locks."""
    materials = painted_hair(style, color, roots=None, grey=0.0, kind="drawn", contrast=1.0, skin=None)
    pixels = materials["hair-locks"].base_color_texture.pixels
    return to_lab(pixels.reshape(-1, 3) / 255.0)[:, 0].reshape(pixels.shape[:2])


@pytest.mark.parametrize("color", ["#000000", "#120d0b", "#7a4b2e", "#2f6fb0", "#e8d9b0"])
def test_a_ring_of_light_is_seen_on_drawn_hair_of_any_colour(color: str) -> None:
    # On black hair a brighter black was none; and neither lines nor shade were seen.
    lightness = drawn_locks(color)
    around = lightness.mean(axis=1)
    assert np.percentile(lightness, 99.0) > np.median(lightness) + 7.0
    assert 0.05 < around.argmax() / len(around) < 0.35
    assert np.median(lightness) > 8.0


@pytest.mark.parametrize("style", ["short-curly", "afro", "dreadlocks", "curly"])
def test_no_ring_of_light_lies_on_curls(style: str) -> None:
    lightness = drawn_locks("#120d0b", style)
    assert np.percentile(lightness, 99.0) < np.median(lightness) + 4.0


def test_hair_half_tied_falls_nearly_as_densely_over_the_neck_as_hair_that_is_loose() -> None:
    # The tie took half of the few thick locks, and the neck was bare between the others.
    falling = {}
    for name in ("half-up", "wavy"):
        locks = lock_layout(thick_style(HAIR_STYLES[name]))
        starts = locks.points.on(load_body().positions).reshape(*locks.widths.shape, 3)[:, 0]
        azimuth = np.degrees(to_angles(unit(starts - SKULL_CENTRE))[0])
        falling[name] = ((locks.hanging > 0.05) & (np.abs(azimuth) > 100.0)).sum()
    assert falling["half-up"] > 0.7 * falling["wavy"]


@pytest.mark.parametrize("family", ["anime", "cartoon"])
def test_no_skin_comes_through_a_shorn_cap_between_its_points(family: str) -> None:
    # Behind an ear the skin is folded more finely than the cap: a speck of it shone there.
    avatar = build_avatar(restyled(default_recipe("human"), family).with_hair("crew"))
    meshes = {mesh.name: mesh for mesh in avatar.meshes}
    cap = meshes["hair-cap"]
    rim = len(cap.positions) - CAP_COLUMNS - 1
    whole = cap.triangles[(cap.triangles < rim).all(axis=1)]
    places, normals = (corners_to_samples(np.asarray(of, float)[whole]) for of in (cap.positions, cap.normals))
    over = np.concatenate([np.asarray(meshes[name].positions, float) for name in ("Face", "Body")])
    distance, nearest = cKDTree(places).query(over)
    heights = ((over - places[nearest]) * normals[nearest]).sum(axis=1)
    behind_ears = over[:, 2] < avatar.rig.skeleton.rest_world[0][avatar.rig.human_bones["head"], 2]
    assert heights[(distance < 0.003) & behind_ears].max() < 0.0


@pytest.mark.parametrize("name", ["short", "pixie", "side-part", "undercut"])
def test_no_thick_lock_from_the_forehead_hangs_before_an_ear(name: str) -> None:
    # The fringe's outermost stood there by itself, off the head.
    locks = lock_layout(thick_style(HAIR_STYLES[name]))
    assert locks is not None
    places = locks.points.on(load_body().positions).reshape(*locks.widths.shape, 3)
    azimuth, elevation = np.degrees(to_angles(unit(places - SKULL_CENTRE)))
    assert elevation[np.abs(azimuth[:, 0]) < 45.0, -1].min() > -12.0


def test_raised_brows_do_not_come_through_the_fringe():
    rest = rest_body({})
    layout = lock_layout(HAIR_STYLES["short"])
    for name in ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"):
        offsets = np.asarray(rest.expression_offsets[:, ARKIT_NAMES.index(name)].todense()).reshape(-1, 3)
        skin = layout.points.on(rest.positions)
        outward = skin - skin.mean(axis=0)
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        rise = (layout.points.on(offsets) * outward).sum(axis=1)
        heights = layout.heights.reshape(-1)
        assert (rise < heights).all(), name


def test_hair_moves_with_the_head_alone():
    rest = rest_body({})
    for mesh, material in make_hair("short", BROWN, rest):
        assert np.allclose(mesh.weights.sum(axis=1), 1.0)
        assert (mesh.joints[:, 0] == rest.skeleton.names.index("head")).all()
        assert mesh.first_person == "thirdPersonOnly"
        assert mesh.material == material.name


def test_the_same_call_gives_the_same_hair():
    first, second = (make_hair("short", BROWN, rest_body({})) for _ in range(2))
    for (a, _), (b, _) in zip(first, second, strict=True):
        assert np.array_equal(a.positions, b.positions)
        assert np.array_equal(a.triangles, b.triangles)


@pytest.mark.parametrize("style", GROWN)
def test_hair_keeps_its_budget_and_its_normals(style):
    meshes = grown(FEW_HEADS[0], style).values()
    assert sum(len(mesh.triangles) for mesh in meshes) <= MOST_TRIANGLES
    for mesh in meshes:
        assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-3)
        a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
        across = np.cross(b - a, c - a)
        agreeing = (across * mesh.normals[mesh.triangles].mean(axis=1)).sum(axis=1) > 0
        assert np.average(agreeing, weights=np.linalg.norm(across, axis=1)) > 0.95


@pytest.mark.parametrize("color", ["#000000", BROWN, "#8a3a1a", "#d9b877", "#9a9a98", "#f2efe8"])
def test_locks_have_the_asked_colour_on_average_and_lighter_and_darker_strands(color):
    pixels = dyed(color)["hair-lying"].base_color_texture.pixels
    seen = to_linear(pixels[pixels[..., 3] > 127][:, :3] / 255)
    asked = to_linear(np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255)
    # Its own shadows darken hair and its gloss lightens it; the picture makes up for both and keeps the hue.
    mean = seen.mean(axis=0)
    assert asked.sum() < 0.02 or 0.6 < mean.sum() / asked.sum() < 1.7
    if asked.max() > 0.02:
        assert mean @ asked / (np.linalg.norm(mean) * np.linalg.norm(asked)) > 0.985
    assert np.ptp(np.percentile(seen.mean(axis=1), [5, 95])) > 0.25 * seen.mean()


def test_the_front_hairline_lies_a_third_of_the_face_above_the_brows():
    # Vertical thirds, y on the average head: chin to base of the nose, to the brow ridge, to the hairline.
    body = load_body()
    face = body.positions[np.unique(body.parts["head"].quads)]
    middle = face[(np.abs(face[:, 0]) < 0.002) & (face[:, 2] > 0.1)]
    chin, nose_base = middle[:, 1].min(), middle[middle[:, 2].argmax(), 1] - 0.008
    brow = middle[(middle[:, 1] > 0.745) & (middle[:, 1] < 0.775)]
    ridge = brow[brow[:, 2].argmax(), 1]
    elevation = np.radians(HAIR_STYLES["short"].hairline[0][1])
    hairline = points_towards(np.array([[0.0, np.sin(elevation), np.cos(elevation)]])).on(body.positions)[0, 1]
    third = 0.5 * (ridge - chin)
    assert nose_base - chin == pytest.approx(third, rel=0.15)
    assert hairline - ridge == pytest.approx(third, rel=0.25)


@pytest.mark.parametrize("style", ["bob", "long", "side-part"])
def test_no_ribbon_that_runs_along_the_forehead_has_an_edge_before_the_hairline(style):
    chosen = HAIR_STYLES[style]
    locks = lock_layout(chosen)
    directions = unit(locks.points.on(load_body().positions) - SKULL_CENTRE)
    inward = inward_m(chosen, directions).reshape(locks.widths.shape)
    azimuth = to_angles(directions)[0].reshape(locks.widths.shape)
    before = (np.abs(azimuth) < np.radians(45)) & (inward < 0.02)
    assert before.sum() > 100
    assert (0.5 * locks.widths - inward)[before].max() < 0.004


def test_a_swept_fringe_ends_at_its_cut_and_not_in_teeth():
    style = HAIR_STYLES["feathered"]
    fringe = lock_layout(replace(style, locks=0))
    directions = unit(fringe.points.on(load_body().positions) - SKULL_CENTRE).reshape(*fringe.heights.shape, 3)
    across = np.linspace(-1, 1, len(directions))
    reach = 1e-3 * (style.fringe.reach_mm + (style.fringe.reach_aside_mm - style.fringe.reach_mm) * across**2)
    short_of = reach + inward_m(style, directions[:, -1])
    assert short_of[across < 0.1].max() < 0.4 * style.unevenness * reach.max() + 0.003


def test_hair_cut_to_millimetres_is_as_fine_at_the_back_as_above_the_ears():
    layout = cap_layout(HAIR_STYLES["buzz"])
    middle = CAP_ROWS // 2
    places = layout.points.on(load_body().positions).reshape(CAP_ROWS, CAP_COLUMNS + 1, 3)[middle]
    u = layout.uvs.reshape(CAP_ROWS, -1, 2)[middle, :, 0]
    apart = np.linalg.norm(np.diff(places[:, [0, 2]], axis=0), axis=1) / np.diff(u)
    assert apart.max() / apart.min() < 2.5


def test_the_caps_facets_are_too_small_to_be_seen_in_its_outline():
    rows = cap_layout(HAIR_STYLES["buzz"]).points.on(load_body().positions).reshape(CAP_ROWS, -1, 3)
    assert np.linalg.norm(np.diff(rows, axis=0), axis=2).max() < 0.016


def test_unknown_styles_and_colours_are_refused_with_what_exists():
    with pytest.raises(UsageError, match="short"):
        make_hair("shrot", BROWN, rest_body({}))
    with pytest.raises(UsageError, match="#rrggbb"):
        make_hair("short", "brownishly", rest_body({}))


def test_a_parted_fringe_parts_below_the_hairline_and_covers_the_scalp_above():
    # Were it to part above, the cap's thin rim would show as a bare spot in the middle of the forehead.
    begins, away = 25.0, np.radians(2.0)
    comb = fringe_comb(Fringe(60, 80, curtain=True), Strays(np.zeros(2), np.zeros(2), np.zeros((2, 3))), np.radians(begins))
    above, below = comb(to_directions(np.full(2, away), np.radians([begins + 6.0, begins - 12.0])))
    assert above[0] < 0.05 and below[0] > 0.4


def test_parted_fringes_fall_to_both_sides_and_leave_the_brow_free():
    layout = lock_layout(replace(HAIR_STYLES["curtain-bangs"], locks=0))
    tips = layout.points.on(load_body().positions).reshape(*layout.heights.shape, 3)[:, -1]
    assert (tips[:, 0] > 0.01).sum() > 30 < (tips[:, 0] < -0.01).sum()
    assert (np.abs(tips[:, 0]) < 0.012).mean() < 0.1


def test_between_dyed_locks_shows_no_spot_as_dark_as_the_roots() -> None:
    """Short hair would look spotted all over."""
    strands = cap_strands("stubble")
    blue, brown = (0.56, 0.70, 0.77), (0.23, 0.17, 0.14)

    def lightness(dye: HairColor) -> float:
        return float(colored(strands, dye, Slope(1.0, 1.0), at_scalp=True)[..., :3].mean())

    dyed, rooted, roots = (lightness(dye) for dye in (HairColor(blue), HairColor(blue, brown), HairColor(brown)))
    assert roots + 0.5 * (dyed - roots) < rooted < dyed - 0.1 * (dyed - roots)
