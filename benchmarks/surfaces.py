"""python -m benchmarks.surfaces: how true skin is to its tone, how long building takes and how large files are, by family."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

import avatarkit as ak
from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.recipe_json import load_recipe
from avatarkit.avatar.style import default_recipe, family_names, restyled
from avatarkit.export.files import vrm1_bytes
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.render.camera import PinholeCamera, look_at
from avatarkit.render.renderer import Renderer
from avatarkit.render.scene import EVEN_LIGHT, PORTRAIT_LIGHT, Lighting
from avatarkit.render.scene_from_gltf import posed_meshes
from benchmarks.results import OUT, Figure, figure_table, table, write_results

CHEEKS = (50, 280, 205, 425, 117, 346)
"""MediaPipe's landmarks on both cheeks."""
TONES = ("#f3dccb", "#e1c0a4", "#d2a184", "#b07d57", "#8a5a3b", "#5c3a26", "#3c251a")
COLOR_GOAL, BUILD_GOAL_S = 5.0, 1.0
_SIZE_PX, _PATCH_PX, _DISTANCE_M = 640, 6, 1.4
LIGHTS: dict[str, Lighting] = {"even": EVEN_LIGHT, "portrait": PORTRAIT_LIGHT}


def main() -> None:
    options = _options()
    recipes = [load_recipe(path) for path in options.recipes]
    recipes += [_toned(tone) for tone in TONES]
    rows, figures = [], []
    with Renderer((_SIZE_PX, _SIZE_PX)) as renderer:
        for family in family_names():
            measured = [_measured(restyled(recipe, family), renderer) for recipe in recipes]
            rows += [(recipe.name, recipe.skin.tone, family, *one) for recipe, one in zip(recipes, measured, strict=True)]
            for number, light in enumerate(LIGHTS):
                worst = max(one[number] for one in measured)
                goal = COLOR_GOAL if light == "even" and family != "anime" else None
                figures.append(Figure(f"{family}: cheek from tone, {light} light, worst CIEDE2000", worst, "", goal))
            figures.append(Figure(f"{family}: building, warm", median(one[2] for one in measured), "s", BUILD_GOAL_S))
            figures.append(Figure(f"{family}: file", max(one[3] for one in measured), "MB"))
    print(table(rows, ("person", "tone", "family", *(f"dE {light}" for light in LIGHTS), "build s", "MB")))
    print("\n" + figure_table(figures))
    write_results(options.output, figures, {})


def _toned(tone: str) -> AvatarRecipe:
    plain = default_recipe(name="plain")
    return plain.with_skin(tone) if hasattr(plain, "with_skin") else _with_tone(plain, tone)


def _with_tone(recipe: AvatarRecipe, tone: str) -> AvatarRecipe:
    from dataclasses import replace

    return replace(recipe, skin=replace(recipe.skin, tone=tone))


def _measured(recipe: AvatarRecipe, renderer: Renderer) -> tuple[float, ...]:
    """CIEDE2000 of the cheeks in each light, seconds to build, megabytes."""
    start = perf_counter()
    avatar = ak.build_avatar(recipe)
    seconds = perf_counter() - start
    data = vrm1_bytes(avatar)
    meshes = [mesh for mesh in posed_meshes(document_from_bytes(data)) if len(mesh.triangles)]
    camera, spots = _camera(avatar), _cheeks(avatar)
    differences = []
    for lighting in LIGHTS.values():
        picture = renderer.render(meshes, camera, lighting)[..., :3]
        color = _color_at(picture, camera.project(spots))
        wanted = np.array(parse_color(recipe.skin.tone))
        differences.append(float(deltaE_ciede2000(rgb2lab(color), rgb2lab(wanted))))
    return (*(round(value, 2) for value in differences), round(seconds, 3), round(len(data) / 1e6, 2))


def _camera(avatar: Avatar) -> PinholeCamera:
    places, _ = avatar.rig.skeleton.rest_world
    eyes = places[[avatar.rig.human_bones[bone] for bone in ("leftEye", "rightEye")]].mean(axis=0)
    middle = eyes - [0.0, 0.03, 0.0]
    return look_at(middle + np.array([0.0, 0.0, _DISTANCE_M]), middle, 12.0, (_SIZE_PX, _SIZE_PX))


def _cheeks(avatar: Avatar) -> np.ndarray:
    """(P, 3) metres: the face's vertices nearest to the landmarks in the texture layout."""
    face = next(mesh for mesh in avatar.meshes if mesh.name == "Face")
    wanted = load_landmark_table().uvs(0.0, 0.0)[list(CHEEKS)]
    nearest = np.linalg.norm(face.uvs[None] - wanted[:, None], axis=2).argmin(axis=1)
    return face.positions[nearest]


def _color_at(picture: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """(3,) sRGB 0..1: the median of patches around the pixels (P, 2)."""
    patches: list[np.ndarray] = []
    for x, y in np.round(pixels).astype(int):
        patch = picture[y - _PATCH_PX : y + _PATCH_PX, x - _PATCH_PX : x + _PATCH_PX]
        patches.append(patch.reshape(-1, 3))
    return np.asarray(np.median(np.concatenate(patches), axis=0) / 255.0)


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", type=Path, nargs="*", help="*.avatar.json of people, beside plain skins of many tones")
    parser.add_argument("--output", type=Path, default=OUT / "surfaces.json")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
