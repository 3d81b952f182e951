"""Laws of drawn surfaces: two tones as they are, an edge between them where the light turns, a line around."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.gltf.document import Document, Material
from avatarkit.render.camera import look_at
from avatarkit.render.color import to_linear
from avatarkit.render.outline import line_positions
from avatarkit.render.scene import EVEN_LIGHT, PORTRAIT_LIGHT, Light, Lighting, Outline, RenderMaterial, Toon
from avatarkit.render.toon_from_gltf import stored_toon
from tests.render.conftest import sphere

SIZE = (160, 120)
FRONT = look_at((0, 0, 2), (0, 0, 0), 30.0, SIZE)
LIT, SHADE, LINE = (220, 160, 130), (150, 80, 90), (40, 20, 30)
WHITE = ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0))


def linear(color: tuple[int, int, int]) -> tuple[float, float, float]:
    red, green, blue = to_linear(np.array(color) / 255)
    return float(red), float(green), float(blue)


def drawn(**look) -> RenderMaterial:
    toon = Toon(shade_color=linear(SHADE), toony=0.98, **look)
    return RenderMaterial(base_color=(*linear(LIT), 1.0), toon=toon)


def colors_of(picture: np.ndarray) -> np.ndarray:
    """(C, 3) the colours that fill more than two per cent of the picture."""
    colors, counts = np.unique(picture.reshape(-1, picture.shape[2])[:, :3], axis=0, return_counts=True)
    return colors[counts > 0.02 * counts.sum()].astype(int)


@pytest.mark.vulkan
def test_a_drawn_ball_has_two_colours_exactly_as_they_are(drawn_at) -> None:
    plain = replace(PORTRAIT_LIGHT, lights=tuple(replace(light, casts_shadow=False) for light in PORTRAIT_LIGHT.lights))
    picture = drawn_at(SIZE).render([sphere((0, 0, 0), 0.4, drawn())], FRONT, plain, WHITE)
    found = colors_of(picture)
    for wanted in (LIT, SHADE):
        assert np.abs(found - wanted).max(axis=1).min() <= 2, (wanted, found)
    assert len(found) <= 4  # these, the background, and a step of rounding


@pytest.mark.vulkan
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_the_shade_lies_on_the_side_away_from_the_light(drawn_at, side: float) -> None:
    light = Lighting(ambient=0.4, lights=(Light((side, 0.0, 0.2), 0.6),))
    picture = drawn_at(SIZE).render([sphere((0, 0, 0), 0.4, drawn())], FRONT, light, WHITE).astype(int)
    right, left = picture[60, 80 + 24, :3], picture[60, 80 - 24, :3]
    lit, shade = (right, left) if side > 0 else (left, right)
    assert np.abs(lit - LIT).max() <= 2 and np.abs(shade - SHADE).max() <= 2


@pytest.mark.vulkan
def test_a_cut_out_figure_is_lit_where_nothing_throws_a_shadow(drawn_at) -> None:
    cut_out = sphere((0, 0, 0), 0.4, replace(drawn(), alpha_mode="MASK"))
    picture = drawn_at(SIZE).render([cut_out], FRONT, PORTRAIT_LIGHT, WHITE)
    assert np.abs(colors_of(picture) - LIT).max(axis=1).min() <= 2


@pytest.mark.vulkan
def test_without_any_light_of_a_direction_all_is_lit(drawn_at) -> None:
    picture = drawn_at(SIZE).render([sphere((0, 0, 0), 0.4, drawn())], FRONT, EVEN_LIGHT, WHITE).astype(int)
    assert np.abs(picture[60, 50:110, :3] - LIT).max() <= 2


@pytest.mark.vulkan
def test_a_line_is_as_wide_as_it_says_and_hides_nothing(drawn_at) -> None:
    around = Outline(0.03, "world", linear(LINE), 0.0)
    ball = sphere((0, 0, 0), 0.3, drawn(outline=around))
    with_line = drawn_at(SIZE).render([ball], FRONT, EVEN_LIGHT, WHITE).astype(int)
    without = drawn_at(SIZE).render([sphere((0, 0, 0), 0.3, drawn())], FRONT, EVEN_LIGHT, WHITE).astype(int)
    row = np.abs(with_line[60, :, :3] - LINE).max(axis=1) < 12
    px_per_m = FRONT.focal_px / 2.0
    assert row.sum() == pytest.approx(2 * 0.03 * px_per_m, abs=2.0)
    inside = np.abs(without[60, :, :3] - LIT).max(axis=1) < 3
    assert (np.abs(with_line[60, inside, :3] - LIT).max(axis=1) < 3).mean() > 0.95


def test_a_line_in_shares_of_the_picture_is_alike_near_and_far() -> None:
    outline = Outline(0.02, "screen")
    widths = []
    for distance in (1.0, 4.0):
        camera = look_at((0, 0, distance), (0, 0, 0), 30.0, SIZE)
        ball = sphere((0, 0, 0), 0.01, drawn())
        moved = camera.project(line_positions(ball, outline, camera)) - camera.project(ball.positions)
        widths.append(np.linalg.norm(moved, axis=1).max())
    assert widths[0] == pytest.approx(widths[1], rel=0.05)
    assert widths[0] == pytest.approx(0.02 * SIZE[1] / 2, rel=0.05)


def test_vrm0_and_vrm1_say_the_same_shade_in_their_ways() -> None:
    """VRM 0.x's edge between two cosines is VRM 1.0's middle and sharpness."""
    old = {
        "shader": "VRM/MToon",
        "floatProperties": {"_ShadeShift": -0.2, "_ShadeToony": 0.5, "_OutlineWidthMode": 1, "_OutlineWidth": 0.25},
        "vectorProperties": {"_ShadeColor": [1.0, 0.5, 0.0, 1.0], "_OutlineColor": [0.0, 0.0, 0.0, 1.0]},
    }
    toon = stored_toon(Document(materials=(Material(),), extensions={"VRM": {"materialProperties": [old]}}), 0, lambda _: None)
    assert toon is not None and toon.outline is not None
    low, high = -toon.shift - (1 - toon.toony), -toon.shift + (1 - toon.toony)
    assert (low, high) == pytest.approx((-0.2, 0.4))
    assert toon.outline.width == pytest.approx(0.0025)


DAMAGED = (None, [], {"shadeColorFactor": "red", "shadingToonyFactor": float("nan")}, {"outlineWidthFactor": 1e9})


@pytest.mark.parametrize("wrong", DAMAGED)
def test_a_damaged_extension_is_drawn_by_its_defaults(wrong: object) -> None:
    stored = Material(extensions={"VRMC_materials_mtoon": wrong})
    toon = stored_toon(Document(materials=(stored,)), 0, lambda _: None)
    assert toon == Toon()
