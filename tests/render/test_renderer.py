from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from avatarkit.errors import UsageError
from avatarkit.render.camera import PinholeCamera, look_at
from avatarkit.render.color import to_linear
from avatarkit.render.renderer import Renderer
from avatarkit.render.scene import EVEN_LIGHT, PORTRAIT_LIGHT, Light, Lighting, RenderMaterial, RenderMesh
from tests.render.conftest import sheet, sphere

SIZE = (160, 120)
FRONT = look_at((0, 0, 2), (0, 0, 0), 30.0, SIZE)
BLACK = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
SKIN = (200, 150, 120)


def linear(color: tuple[int, int, int], alpha: float = 1.0) -> tuple[float, float, float, float]:
    red, green, blue = to_linear(np.array(color) / 255)
    return float(red), float(green), float(blue), alpha


def flat(color: tuple[int, int, int] = (255, 255, 255), **look) -> RenderMaterial:
    return RenderMaterial(base_color=linear(color), shading="unlit", **look)


pytestmark = pytest.mark.vulkan


@pytest.mark.parametrize("place", [(0.0, 0.0, 0.0), (-0.31, 0.22, 0.1), (0.25, -0.2, -0.7)])
@pytest.mark.parametrize("principal", [(80.0, 60.0), (61.3, 74.8)])
def test_a_small_sphere_lies_where_the_pinhole_formula_says(drawn_at, place, principal):
    camera = PinholeCamera(210.0, principal, SIZE, FRONT.camera_to_world)
    picture = drawn_at(SIZE, 4).render([sphere(place, 0.03, flat())], camera, EVEN_LIGHT, BLACK)
    brightness = to_linear(picture[..., 0] / 255.0)
    rows, columns = np.indices(brightness.shape) + 0.5
    centroid = [(columns * brightness).sum() / brightness.sum(), (rows * brightness).sum() / brightness.sum()]
    assert centroid == pytest.approx(camera.project(np.array(place)), abs=0.1)


def test_an_unlit_colour_comes_out_as_it_is(drawn_at):
    picture = drawn_at(SIZE).render([sheet((-1, -1), (1, 1), 0, flat(SKIN))], FRONT, EVEN_LIGHT)
    assert np.abs(picture[60, 80, :3].astype(int) - SKIN).max() <= 1


def test_a_skin_colour_in_portrait_light_comes_out_close_to_itself(drawn_at):
    """Over the middle of a ball: one side of it is lighter, the other darker, as of a face."""
    ball = sphere((0, 0, 0), 0.4, RenderMaterial(base_color=linear(SKIN)))
    middle = drawn_at(SIZE).render([ball], FRONT)[40:80, 60:100, :3]
    assert np.abs(middle.mean(axis=(0, 1)) - SKIN).max() <= 5


def test_white_in_portrait_light_is_nearly_white_but_keeps_its_shape(drawn_at):
    ball = drawn_at(SIZE).render([sphere((0, 0, 0), 0.4, RenderMaterial())], FRONT)[20:100, 50:110, :3]
    assert ball.max() > 235
    assert (ball == 255).all(axis=2).mean() < 0.01


def test_the_picture_of_a_mirrored_scene_is_the_mirrored_picture(drawn_at):
    light = Lighting(0.4, (Light((0.0, 0.6, 0.8), 0.6, casts_shadow=True),))
    scene = [
        sphere((-0.2, 0.1, 0), 0.2, RenderMaterial(base_color=linear(SKIN))),
        sphere((0.25, -0.1, -0.3), 0.15, RenderMaterial(base_color=linear((60, 90, 200)))),
    ]
    mirrored = [
        RenderMesh(mesh.positions * [-1, 1, 1], mesh.normals * [-1, 1, 1], mesh.triangles[:, ::-1], material=mesh.material)
        for mesh in scene
    ]
    one, other = (drawn_at(SIZE).render(meshes, FRONT, light).astype(int) for meshes in (scene, mirrored))
    difference = np.abs(one - other[:, ::-1])
    assert difference.mean() < 0.1
    assert np.abs(one - other).mean() > 1  # the scene itself is not symmetric


def test_the_same_scene_gives_the_same_picture(drawn_at):
    scene = [sphere((0, 0, 0), 0.3, RenderMaterial()), sheet((-0.3, -0.3), (0.3, 0.3), 0.4, flat(alpha_mode="BLEND"))]
    assert (drawn_at(SIZE).render(scene, FRONT) == drawn_at(SIZE).render(scene, FRONT)).all()


def test_a_surface_is_seen_from_behind_only_when_it_is_double_sided(drawn_at):
    for double_sided, seen in ((False, 0), (True, 255)):
        material = flat(double_sided=double_sided)
        picture = drawn_at(SIZE).render([sheet((-1, -1), (1, 1), 0, material, toward=-1)], FRONT, EVEN_LIGHT, BLACK)
        assert picture[60, 80, 0] == seen


def test_a_texture_stands_upright(drawn_at):
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:4], pixels[4:] = (250, 0, 0), (0, 0, 250)
    picture = drawn_at(SIZE).render([sheet((-1, -1), (1, 1), 0, flat(texture=pixels))], FRONT, EVEN_LIGHT)
    assert picture[10, 80, 0] > 240
    assert picture[110, 80, 2] > 240


def test_a_pictures_last_row_mixes_with_its_first_only_where_it_is_repeated(drawn_at):
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:4], pixels[4:] = (250, 0, 0), (0, 0, 250)
    mixed = {}
    for wrap in ("repeat", "clamp"):
        material = flat(texture=pixels, wrap=("repeat", wrap))
        mixed[wrap] = drawn_at(SIZE).render([sheet((-0.5, -0.4), (0.5, 0.4), 0, material)], FRONT, EVEN_LIGHT, BLACK)[:, 80]
    lowest = np.nonzero(mixed["clamp"][:, 2])[0][-1] - 1
    assert mixed["clamp"][lowest, 0] == 0 < mixed["repeat"][lowest, 0]
    assert mixed["clamp"][lowest, 2] > 240


def test_a_masked_surface_has_holes_where_its_texture_is_faint(drawn_at):
    pixels = np.full((2, 2, 4), 255, np.uint8)
    pixels[:, 0, 3] = 60
    mask = flat(texture=pixels, alpha_mode="MASK", alpha_cutoff=0.5)
    picture = drawn_at(SIZE).render([sheet((-0.5, -0.4), (0.5, 0.4), 0, mask)], FRONT, EVEN_LIGHT, BLACK)
    assert (picture[60, 40, 0], picture[60, 120, 0]) == (0, 255)


def test_see_through_layers_look_alike_in_whatever_order_they_come(drawn_at):
    def layers(order: tuple[int, ...]) -> list[RenderMesh]:
        colors = ((255, 0, 0), (0, 255, 0), (0, 0, 255))
        sheets = [
            sheet((-0.4, -0.4), (0.4, 0.4), 0.1 * k, replace(flat(alpha_mode="BLEND"), base_color=linear(colors[k], 0.5)))
            for k in range(3)
        ]
        return [sheets[k] for k in order]

    pictures = [drawn_at(SIZE).render(layers(order), FRONT, EVEN_LIGHT) for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0))]
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] == pictures[2]).all()
    assert pictures[0][60, 80, 2] > pictures[0][60, 80, 0]  # blue lies in front


def test_layers_of_one_see_through_mesh_are_drawn_from_the_back(drawn_at):
    near, far = (sheet((-0.4, -0.4), (0.4, 0.4), z, flat()) for z in (0.2, -0.2))

    def both(first: RenderMesh, second: RenderMesh) -> RenderMesh:
        colors = np.concatenate(
            [np.tile([1, 0, 0, 0.5] if mesh is near else [0, 0, 1, 0.5], (4, 1)) for mesh in (first, second)]
        )
        triangles = np.concatenate([first.triangles, second.triangles + 4])
        positions, normals = (np.concatenate([getattr(m, part) for m in (first, second)]) for part in ("positions", "normals"))
        return RenderMesh(positions, normals, triangles, colors=colors, material=flat(alpha_mode="BLEND"))

    one = drawn_at(SIZE).render([both(near, far)], FRONT, EVEN_LIGHT, BLACK)
    other = drawn_at(SIZE).render([both(far, near)], FRONT, EVEN_LIGHT, BLACK)
    assert (one == other).all()
    assert one[60, 80, 2] > 100


def test_without_background_colours_are_not_mixed_with_black(drawn_at):
    half = replace(flat(SKIN, alpha_mode="BLEND"), base_color=linear(SKIN, 0.5))
    picture = drawn_at(SIZE).render([sheet((-0.3, -0.3), (0.3, 0.3), 0, half)], FRONT, EVEN_LIGHT, None)
    assert picture[5, 5, 3] == 0
    assert abs(int(picture[60, 80, 3]) - 128) <= 1
    assert np.abs(picture[60, 80, :3].astype(int) - SKIN).max() <= 3


def test_a_shadow_falls_away_from_the_light_and_nowhere_else(drawn_at):
    wall = sheet((-1, -1), (1, 1), -0.3, RenderMaterial(roughness=1.0))
    ball = sphere((0, 0, 0), 0.1, RenderMaterial())
    light = Lighting(0.3, (Light((-1.0, 0.0, 1.0), 0.7, casts_shadow=True),))
    with_ball = drawn_at(SIZE).render([wall, ball], FRONT, light).astype(int)
    without = drawn_at(SIZE).render([wall], FRONT, light).astype(int)
    darker = (without - with_ball)[..., 0]
    column, row = (int(value) for value in FRONT.project(np.array([0.3, 0.0, -0.3])))
    assert darker[row, column] > 40
    assert np.abs(darker[:, :40]).max() <= 1


def test_the_clear_part_of_a_lash_throws_no_shadow(drawn_at):
    clear = np.zeros((2, 2, 4), np.uint8)
    wall = sheet((-1, -1), (1, 1), -0.3, RenderMaterial(roughness=1.0))
    for mode in ("MASK", "BLEND"):
        lash = sheet((-0.2, -0.2), (0.2, 0.2), 0.0, RenderMaterial(texture=clear, alpha_mode=mode))
        assert (drawn_at(SIZE).render([wall, lash], FRONT) == drawn_at(SIZE).render([wall], FRONT)).all()


def test_a_lit_sphere_has_no_stripes_of_its_own_shadow(drawn_at):
    ball = sphere((0, 0, 0), 0.35, RenderMaterial(roughness=1.0), steps=96)
    lit = drawn_at(SIZE).render([ball], FRONT, PORTRAIT_LIGHT).astype(int)
    plain = replace(PORTRAIT_LIGHT, lights=tuple(replace(light, casts_shadow=False) for light in PORTRAIT_LIGHT.lights))
    unshadowed = drawn_at(SIZE).render([ball], FRONT, plain).astype(int)
    assert (np.abs(lit - unshadowed).max(axis=2) > 6).mean() < 0.01


def test_a_scene_behind_the_camera_or_empty_shows_the_background(drawn_at):
    empty = drawn_at(SIZE).render([], FRONT)
    behind = drawn_at(SIZE).render([sphere((0, 0, 9), 0.5, RenderMaterial())], FRONT)
    assert (empty == behind).all()


def test_a_neutral_background_comes_out_as_asked(drawn_at):
    picture = drawn_at(SIZE).render([], FRONT, background=((0.9, 0.9, 0.9), (0.5, 0.5, 0.5)))
    assert picture[0, 0, 0] == pytest.approx(229, abs=3)
    assert picture[-1, 0, 0] == pytest.approx(128, abs=3)


@pytest.mark.parametrize("size", [(0, 100), (100, 5000), (-4, 4)])
def test_a_size_that_no_device_can_draw_is_a_usage_error(size):
    with pytest.raises(UsageError, match="between 1 and 4096"):
        Renderer(size)


def test_a_missing_driver_is_named_with_the_command_that_installs_one():
    program = (
        "import sys\n"
        "from avatarkit.errors import AvatarkitError\n"
        "from avatarkit.render.renderer import Renderer\n"
        "try:\n    Renderer((64, 64))\n"
        "except AvatarkitError as error:\n    print(error)\n    sys.exit(error.exit_code)\n"
    )
    nowhere = {"VK_ICD_FILENAMES": "/nowhere.json", "VK_DRIVER_FILES": "/nowhere.json"}
    command, environment = [sys.executable, "-c", program], os.environ | nowhere
    run = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 4
    assert "sudo apt-get install -y mesa-vulkan-drivers" in run.stdout
    assert "Traceback" not in run.stderr
