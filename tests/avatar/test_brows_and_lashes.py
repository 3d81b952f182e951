"""Shapes of brows and styles of lashes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from avatarkit.avatar.brows import (
    BROW_SHAPES,
    NATURAL_HEIGHT,
    NATURAL_LINE,
    _natural_brow,
    brow_cover,
    laid_brows,
    lifted_cover,
    painted_brow_cover,
)
from avatarkit.avatar.brows import SIDES as BROW_SIDES
from avatarkit.avatar.eyes import eyes_mesh
from avatarkit.avatar.lashes import LASH_STYLES, _depth, _skin_around, lashes_mesh
from avatarkit.avatar.photo_brows import drawn_brows
from avatarkit.avatar.recipe import Brows
from avatarkit.avatar.skin import _brow_cover
from avatarkit.avatar.style import default_recipe, load_style
from avatarkit.avatar.stylise import stylised_sliders
from avatarkit.body.expressions import SIDES
from avatarkit.body.lids import lid_margins
from avatarkit.body.rest import RestBody, rest_body
from avatarkit.errors import UsageError
from avatarkit.face_fit.brow_look import BROW_ENDS, read_brows, usual_line
from avatarkit.face_fit.landmark_table import surface_points
from avatarkit.face_fit.projection import PICTURE_SIZE, front_texels
from avatarkit.vocabulary.arkit import ARKIT_NAMES

SKIN, HAIR = np.array([0.85, 0.68, 0.58]), np.array([0.25, 0.17, 0.12])


def face_with(cover: np.ndarray) -> np.ndarray:
    """(N, 3) colours of a face's front on which hair covers the skin so."""
    share = front_texels().picture(np.ones(len(front_texels().texels), np.float32)) * 0.0
    share += cover.reshape(PICTURE_SIZE, 2, PICTURE_SIZE, 2).mean(axis=(1, 3)) / 255.0
    hair = share.reshape(-1)[front_texels().texels, None]
    return np.asarray(SKIN + (HAIR - SKIN) * hair, np.float32)


def _stations(cover: np.ndarray) -> np.ndarray:
    """(2, 2) texture coordinates of the middle of the left brow near its inner and near its outer end."""
    side, rows = len(cover), np.arange(len(cover))
    columns = [round(side * (0.5 + (1 - share) * BROW_ENDS[0] + share * BROW_ENDS[1])) for share in (0.25, 0.9)]
    return np.array([(column, np.average(rows, weights=cover[:, column])) for column in columns]) / side


@pytest.mark.parametrize(("lift", "tilt", "arch"), [(-1.0, 0.8, 0.0), (-0.4, 0.0, -0.3), (-1.3, 1.5, -0.8), (-1.0, 0.5, 0.4)])
def test_brows_are_laid_where_a_face_shows_them(lift: float, tilt: float, arch: float) -> None:
    shown = face_with(lifted_cover(brow_cover("natural"), lift, tilt, arch))
    found = laid_brows(Brows("natural", "#402818"), read_brows(shown, np.ones(len(shown)), SKIN).line)
    assert found.lift == pytest.approx(lift, abs=0.3) and found.tilt == pytest.approx(tilt, abs=0.45)
    assert found.arch == pytest.approx(arch, abs=0.3)


@pytest.mark.parametrize("shape", ["thin", "thick", "arched"])
def test_brows_of_any_shape_lie_along_the_line_that_was_seen(shape: str) -> None:
    # The shape's own arch came on top: photographed women's level brows were bows.
    line = usual_line()
    laid = laid_brows(Brows(shape, "#402818"), line)
    cover = lifted_cover(brow_cover(shape), laid.lift, laid.tilt, laid.arch).astype(float)
    columns = [round(len(cover) * (0.5 + away)) for away in (BROW_ENDS[0] + 0.01, 0.105, BROW_ENDS[1] - 0.02)]
    rows = [np.average(np.arange(len(cover)), weights=cover[:, c - 4 : c + 5].sum(axis=1)) for c in columns]
    bows = [ends[1] - 0.5 * (ends[0] + ends[2]) for ends in (np.array(rows) / len(cover), np.array(line))]
    inside = 1.0 - 2.0 * (0.417**2 + 0.333**2)  # of a bow's depth lies between the columns that were asked
    assert bows[0] == pytest.approx(inside * bows[1], abs=0.15 * NATURAL_HEIGHT)


def test_a_face_without_brows_and_one_with_glasses_have_them_where_landmarks_say() -> None:
    bare = np.broadcast_to(np.float32(SKIN), (len(front_texels().texels), 3))
    assert read_brows(bare, np.ones(len(bare)), SKIN).line == pytest.approx(usual_line())
    high = face_with(lifted_cover(brow_cover("natural"), 0.5, 0.0, 0.0))
    assert read_brows(high, np.ones(len(high)), SKIN, framed=True).line == usual_line()


def test_lifting_moves_brows_by_their_own_height_and_nothing_by_nothing() -> None:
    cover = brow_cover("natural")
    assert lifted_cover(cover, 0.0, 0.0, 0.0) is cover
    up, down = (lifted_cover(cover, lift, 0.0, 0.0).astype(float) for lift in (1.0, -1.0))
    rows = np.arange(len(cover))
    middles = [float(rows @ each.sum(axis=1) / each.sum()) for each in (up, cover.astype(float), down)]
    assert middles[1] - middles[0] == pytest.approx(middles[2] - middles[1], abs=0.5)
    assert up.sum() == pytest.approx(cover.astype(float).sum(), rel=0.01)


def test_the_natural_line_is_that_of_the_stored_brow() -> None:
    found = [_natural_brow(side) for side in BROW_SIDES]
    heights = [np.interp(np.linspace(*BROW_ENDS, 3), np.abs(middle[:, 0] - 0.5), middle[:, 1]) for middle, _ in found]
    assert np.mean(heights, axis=0) == pytest.approx(NATURAL_LINE, abs=5e-4)
    assert np.mean([height for _, height in found]) == pytest.approx(NATURAL_HEIGHT, rel=0.01)


def photo_with(cover: np.ndarray) -> np.ndarray:
    """(1024, 1024, 3) float32 sRGB 0..255: a photo, never as sharp as hairs are."""
    share = cv2.GaussianBlur(cover.reshape(1024, 2, 1024, 2).mean(axis=(1, 3)).astype(np.float32) / 255.0, (0, 0), 3.0)
    return np.asarray(255.0 * (SKIN + (HAIR - SKIN) * share[..., None]), np.float32)


def middle_row(cover: np.ndarray) -> float:
    return float(np.average(np.arange(len(cover)), weights=cover.sum(axis=1, dtype=float)))


@pytest.mark.parametrize(("told", "shown"), [(0.0, 0.4), (-1.0, -1.4)])
def test_a_photos_brows_are_drawn_where_it_shows_them_and_not_left_in_it(told: float, shown: float) -> None:
    seen, everywhere = lifted_cover(brow_cover("natural"), shown, 0.0, 0.0), np.ones((1024, 1024), np.float32)
    photo = photo_with(seen)
    place, without, drawn = drawn_brows(photo, everywhere, Brows("natural", "#40291f", lift=told))
    assert abs(middle_row(drawn) - middle_row(seen)) < 0.2 * NATURAL_HEIGHT * len(seen)
    dark = 255.0 * SKIN - photo[place] > 60.0
    assert (255.0 * SKIN - without)[dark].mean() < 0.45 * (255.0 * SKIN - photo[place])[dark].mean()


def test_drawn_brows_are_of_hairs_where_a_photo_has_a_smear() -> None:
    seen, everywhere = brow_cover("thick"), np.ones((1024, 1024), np.float32)
    *_, drawn = drawn_brows(photo_with(seen), everywhere, Brows("thick", "#40291f"))
    smear = cv2.resize(photo_with(seen)[..., 1], seen.shape, interpolation=cv2.INTER_LINEAR)
    steps = [np.abs(np.diff(picture.astype(float), axis=0))[seen[1:] > 200].mean() for picture in (drawn, smear)]
    assert steps[0] > 3.0 * steps[1]


def test_another_thickness_of_brows_can_be_chosen_over_a_photo() -> None:
    photo, everywhere = photo_with(brow_cover("thick")), np.ones((1024, 1024), np.float32)
    thin, thick = (drawn_brows(photo, everywhere, Brows(shape, "#40291f"))[2].mean() for shape in ("thin", "thick"))
    assert thin < 0.8 * thick


@pytest.mark.parametrize("wrong", [float("nan"), 9.0, -9.0])
def test_brows_far_from_the_eyes_are_refused(wrong: float) -> None:
    with pytest.raises(UsageError, match="between -3 and 3"):
        Brows("natural", "#402818", lift=wrong)


@pytest.mark.parametrize("shape", BROW_SHAPES)
def test_every_shape_is_two_brows_where_the_natural_ones_are(shape: str) -> None:
    cover, natural = brow_cover(shape), brow_cover("natural")
    assert cover.dtype == np.uint8 and cover.shape == natural.shape and cover.max() > 100
    for half in (slice(0, 1024), slice(1024, 2048)):
        rows, columns = np.nonzero(cover[:, half] > 60)
        there = np.nonzero(natural[:, half] > 60)
        assert abs(rows.mean() - there[0].mean()) < 40 and abs(columns.mean() - there[1].mean()) < 60


@pytest.mark.parametrize("family", ["cartoon", "anime"])
def test_painted_brows_do_not_fall_to_the_outside_as_sad_ones_do(family: str) -> None:
    average = rest_body(stylised_sliders({}, load_style(family).family.shape))
    cover = painted_brow_cover("natural")
    inner, outer = surface_points(_stations(cover)).on(average.positions)
    assert (outer[1] - inner[1]) / abs(outer[0] - inner[0]) > -0.08


def test_painted_shapes_are_told_apart_by_their_bow() -> None:
    def bow(shape: str) -> float:
        """How much a brow's middle stands over its ends, in its columns' middles, pixels."""
        cover = painted_brow_cover(shape)[:, 1024:]
        columns = np.flatnonzero((cover > 127).any(axis=0))
        first, middle, last = (
            np.flatnonzero(cover[:, c] > 127).mean() for c in np.quantile(columns, (0.1, 0.55, 0.9)).astype(int)
        )
        return float(0.5 * (first + last) - middle)

    bows = {shape: bow(shape) for shape in ("flat", "natural", "arched", "rounded")}
    assert bows["natural"] > bows["flat"] + 4.0
    assert min(bows["arched"], bows["rounded"]) > bows["natural"] + 2.0


@pytest.mark.parametrize("paint", [0.0, 0.5, 1.0])
def test_a_tilt_raises_the_outer_ends_of_hairy_and_of_painted_brows(paint: float) -> None:
    level, raised = (_stations(_brow_cover(Brows("natural", "#402818", tilt=tilt), paint)) for tilt in (0.0, 1.0))
    rise = level[:, 1] - raised[:, 1]
    assert rise[1] - rise[0] > 0.25 * NATURAL_HEIGHT


def test_thick_brows_cover_more_than_thin_ones() -> None:
    amount = {shape: float(brow_cover(shape).astype(float).sum()) for shape in BROW_SHAPES}
    assert amount["bushy"] > amount["flat"] > amount["thin"]
    assert amount["sparse"] < 0.6 * amount["flat"]


def test_longer_lashes_reach_farther_and_none_are_no_mesh() -> None:
    rest = rest_body({})
    reach = {style: mesh.positions[:, 2].max() for style in LASH_STYLES if (mesh := lashes_mesh(rest, style))}
    assert reach["short"] < reach["natural"] < reach["long"]
    assert lashes_mesh(rest, "none") is None


@pytest.mark.parametrize("style", [style for style in LASH_STYLES if LASH_STYLES[style]])
def test_lashes_go_with_the_lids(style: str) -> None:
    mesh = lashes_mesh(rest_body({}), style)
    assert mesh is not None
    assert {"eyeBlinkLeft", "eyeBlinkRight"} <= {morph.name for morph in mesh.morphs}


def test_expressions_shown_together_leave_drawn_lashes_before_the_skin() -> None:
    rest = _drawn_body("tiger-lily")
    mesh = lashes_mesh(rest, "natural", "clean")
    assert mesh is not None
    lashes, skin = mesh.positions.copy(), np.asarray(rest.positions, float).copy()
    moves = {morph.name: morph for morph in mesh.morphs}
    for name in ("browInnerUp", "browOuterUpLeft", "eyeWideLeft", "jawOpen"):
        vertices, offsets = rest.expressions.of(ARKIT_NAMES.index(name))
        skin[vertices] += offsets
        if name in moves:
            lashes[moves[name].indices] += moves[name].positions
    upper = lashes[: lashes_on_a_lid()].reshape(-1, 22, 3)[1:].reshape(-1, 3)
    assert (upper[:, 2] - _depth(upper, skin[_skin_around("left")])).min() > 0.0


def lashes_on_a_lid() -> int:
    mesh = lashes_mesh(rest_body({}), "upper-only")
    assert mesh is not None
    return len(mesh.positions) // 2


@pytest.mark.parametrize("name", ["mochi", "gruff", "yuki", "uwe"])
def test_eyeballs_stay_behind_the_edges_of_their_lids(name: str) -> None:
    rest = _drawn_body(name)
    ball = eyes_mesh(rest, load_style(name).look).positions
    for half, side in zip(np.split(ball, 2), SIDES, strict=True):
        middle = rest.joint(f"{side}Eye")
        radii = np.abs(half - middle).max(axis=0)
        edges = (rest.positions[np.concatenate(lid_margins(side))] - middle) / radii
        assert np.linalg.norm(edges, axis=1).min() > 1.0


def _drawn_body(name: str) -> RestBody:
    return rest_body(stylised_sliders(default_recipe(name).sliders, load_style(name).family.shape))


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="bushy"):
        brow_cover("bushi")
    with pytest.raises(UsageError, match="doll"):
        lashes_mesh(rest_body({}), "dol")
