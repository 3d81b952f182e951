"""What moving a slider does to an avatar that is already built: enough to mold it on a screen without building it again.

A slider's effect is taken as straight from 0 to each of its ends. That is exact for the plain sliders of an unstylised family,
and close for the rest; the avatar that is built afterwards is the truth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.avatar import Avatar, AvatarMesh
from avatarkit.avatar.build import FACE_PARTS
from avatarkit.avatar.mouth import PARTS as MOUTH_PARTS
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.skinned_parts import SKIN_PARTS, corners_of
from avatarkit.avatar.style import load_style
from avatarkit.avatar.stylise import stylised_sliders
from avatarkit.body.body import load_body
from avatarkit.body.rest import rest_body
from avatarkit.export.slider_effects import HEAD_GROUPS, MoldedSlider, SliderEffects
from avatarkit.geometry.nearest import tree_of

FACE_GROUPS = (*HEAD_GROUPS, "stylised")
"""The sliders' groups that mold what a portrait shows."""

_NEIGHBOURS = 6  # body vertices that carry a vertex of hair or cloth
_SOFTENING_M = 2e-3  # keeps the nearest neighbour from deciding alone


@dataclass(frozen=True)
class Binding:
    """Which body vertices carry each vertex of a mesh: (V, N) vertices and (V, N) weights, rows sum to 1."""

    vertices: np.ndarray
    weights: np.ndarray


def slider_names(groups: Iterable[str] = FACE_GROUPS) -> tuple[str, ...]:
    """The sliders of some groups, in display order."""
    wanted = set(groups)
    return tuple(name for name, slider in load_body().sliders.items() if slider.group in wanted)


def molded_sliders(recipe: AvatarRecipe, names: Iterable[str]) -> tuple[MoldedSlider, ...]:
    """What each of the sliders does to the recipe's body."""
    return SliderEffects(recipe.sliders, load_style(recipe.style).family.shape).of(names)


def bindings(avatar: Avatar, recipe: AvatarRecipe) -> tuple[Binding, ...]:
    """What carries each of the avatar's meshes."""
    shape = load_style(recipe.style).family.shape
    places = rest_body(stylised_sliders(recipe.sliders, shape)).positions
    return tuple(_binding(mesh, places) for mesh in avatar.meshes)


def _binding(mesh: AvatarMesh, places: np.ndarray) -> Binding:
    split = {"Face": FACE_PARTS, "Mouth": MOUTH_PARTS}.get(mesh.name)
    if split is not None:  # lips touch: their vertices are told apart by number and not by place
        vertices = corners_of(split).vertices[:, None]
        return Binding(vertices, np.ones(vertices.shape))
    parts = {"Eyes": ("eye-left", "eye-right"), "Body": SKIN_PARTS[-1:]}.get(mesh.name, ("head", "body"))
    return _nearest(mesh.positions, places, _vertices_of(parts), 1 if mesh.name == "Body" else _NEIGHBOURS)


def _vertices_of(parts: tuple[str, ...]) -> np.ndarray:
    body = load_body()
    return np.unique(np.concatenate([body.parts[name].quads.reshape(-1) for name in parts]))


def _nearest(points: np.ndarray, places: np.ndarray, among: np.ndarray, count: int) -> Binding:
    distances, found = tree_of(places[among]).query(points, k=count)
    distances, found = np.reshape(distances, (-1, count)), np.reshape(found, (-1, count))
    weights = 1.0 / (distances + _SOFTENING_M) ** 2
    return Binding(among[found], weights / weights.sum(axis=1, keepdims=True))
