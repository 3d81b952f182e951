"""A document made to fit a platform: every step that its limits and rules ask for, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from avatarkit.export.adapt import EXTRAS, VISEMES
from avatarkit.export.platforms import Platform
from avatarkit.export.reduction.body_parts import with_body_parts
from avatarkit.export.reduction.bones import with_most_joints
from avatarkit.export.reduction.covered import with_sunk_cloth
from avatarkit.export.reduction.decode import surface_of
from avatarkit.export.reduction.detail import with_most_triangles
from avatarkit.export.reduction.encode import with_surface
from avatarkit.export.reduction.human import human_bones, triangle_weights
from avatarkit.export.reduction.linings import FEW, without_linings
from avatarkit.export.reduction.merge_materials import KINDS, Plan, groups_for, materials_apart, with_merged_materials
from avatarkit.export.reduction.paints import CHANNELS
from avatarkit.export.reduction.references import with_used_pictures
from avatarkit.export.reduction.shapes import with_shapes, with_shapes_alone
from avatarkit.export.reduction.springs import with_most_springs
from avatarkit.export.reduction.surface import Surface
from avatarkit.export.reduction.textures import with_jpegs, with_longest_side, with_most_pixels
from avatarkit.export.reduction.tidy import with_most_morphs, without_extras, without_normal_maps
from avatarkit.export.statistics import MEGABYTE, MIPMAPS, measure
from avatarkit.gltf.document import Document
from avatarkit.gltf.writing import document_to_glb
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.r15 import FACE_POSES
from avatarkit.vocabulary.vrm import REQUIRED_BONES

GEOMETRY = ("triangles", "vertices", "meshes", "skinned_meshes", "slots", "materials", "joints", "nodes", "influences",
            "morphs", "images")  # fmt: skip
"""Statistics for which the meshes are taken apart and put together again."""

FEW_IMAGES = 8
"""Where fewer pictures than this are allowed, atlases have colour and light alone."""

_SIDES = (4096, 2048, 1024, 512, 256, 128)
_ATLAS_SHARE = 0.75
"""Of the texture memory that is allowed, how much the colours' atlases take; the rest is for relief and shine."""


def reduced(document: Document, platform: Platform, *, rebuilt: bool = False) -> Document:
    """The document as the platform takes it, as far as it can be brought there.

    Args:
        document: of a humanoid, ours or someone else's.
        platform: whose limits, aimed-for rank and rules are followed.
        rebuilt: put its meshes together anew in any case, in the pose that its nodes have now.
    """
    document = without_extras(document)
    if "no animations" in platform.rules:
        document = replace(document, animations=())
    if "no normal maps" in platform.rules:
        document = with_used_pictures(without_normal_maps(document))
    document = with_most_springs(document, *(platform.most(f"spring_{what}") for what in ("chains", "joints", "colliders")))
    figures = measure(document, 0)
    too_much = any(figures[name] > platform.most(name) for name in GEOMETRY)
    if too_much or rebuilt or platform.body is not None:
        document = _rebuilt(document, platform, figures)
    return _with_pictures(document, platform)


def _rebuilt(document: Document, platform: Platform, figures: Mapping[str, float]) -> Document:
    bones = human_bones(document)
    surface = surface_of(document)
    if platform.most("triangles") < FEW * len(surface.triangles):
        surface = with_sunk_cloth(without_linings(surface))
    if not {"visemes", "readyplayerme"}.isdisjoint(platform.morphs):
        surface = with_shapes(surface, {**VISEMES, **EXTRAS})
    if platform.body is not None:
        surface = with_shapes_alone(surface, FACE_POSES)
    surface = with_most_morphs(surface, platform.most("morphs"), ARKIT_NAMES)
    surface = with_most_joints(document, surface, platform.most("joints"), bones, {*platform.bones, *REQUIRED_BONES})
    weights = triangle_weights(document, surface, bones)
    document, surface = _with_fewer_materials(document, surface, platform, weights)
    if platform.body is not None:
        return with_used_pictures(with_surface(*with_body_parts(document, surface, bones), merged=False))
    surface = _with_fewer_triangles(surface, platform, weights)
    merged = any(figures[name] > platform.most(name) for name in ("skinned_meshes", "meshes", "slots"))
    return with_used_pictures(with_surface(document, surface, merged=merged))


def _with_fewer_triangles(surface: Surface, platform: Platform, weights: np.ndarray) -> Surface:
    """Coarser, until triangles and vertices are few enough."""
    most = min(platform.most("triangles"), len(surface.triangles))
    while True:
        made = with_most_triangles(surface, int(most), weights)
        if made.count <= platform.most("vertices") or len(made.triangles) == len(surface.triangles) != most:
            return made
        most = most * platform.most("vertices") / made.count


def _with_fewer_materials(
    document: Document, surface: Surface, platform: Platform, weights: np.ndarray
) -> tuple[Document, Surface]:
    """One material for each kind of transparency where there are too many; else all as they are."""
    used = len(np.unique(surface.material))
    slots = min(platform.most("slots"), platform.most("materials"))
    images = platform.most("images")
    if used <= slots and len(document.images) <= images:
        return document, surface
    apart = materials_apart(document, surface, slots) if images >= FEW_IMAGES else ()
    groups = groups_for(document, surface, int(min(slots - len(apart), images // 2, len(KINDS))), apart)
    channels: tuple[str, ...] = CHANNELS if images >= FEW_IMAGES else ("base", "emissive")
    if "no normal maps" in platform.rules:
        channels = tuple(channel for channel in channels if channel != "normal")
    plan = Plan(groups, _side(document, platform, len(groups)), channels, apart)
    return with_merged_materials(document, surface, plan, weights)


def _side(document: Document, platform: Platform, atlases: int) -> int:
    """The largest side that memory allows and the pictures are worth."""
    pixels = platform.most("texture_megabytes") * MEGABYTE / MIPMAPS * _ATLAS_SHARE
    pixels = min(pixels, platform.most("texture_pixels") * _ATLAS_SHARE, 2.0 * _worth(document))
    most = min(platform.most("texture_side"), np.sqrt(pixels / atlases))
    return next((side for side in _SIDES if side <= most), _SIDES[-1])


def _worth(document: Document) -> float:
    return max(measure(document, 0)["texture_pixels"], float(_SIDES[-2] ** 2))


def _with_pictures(document: Document, platform: Platform) -> Document:
    powers = "power of two textures" in platform.rules
    side = platform.most("texture_side")
    if powers or side < np.inf:
        document = with_longest_side(document, side, powers_of_two=powers)
    pixels = min(platform.most("texture_pixels"), platform.most("texture_megabytes") * MEGABYTE / MIPMAPS)
    document = with_most_pixels(document, pixels)
    return _with_most_bytes(document, platform.most("megabytes") * MEGABYTE)


def _with_most_bytes(document: Document, most: float) -> Document:
    """JPEG for PNG first, then half the pixels again and again."""
    if most == np.inf or len(document_to_glb(document)) <= most:
        return document
    document = with_jpegs(document)
    while len(document_to_glb(document)) > most:
        pixels = measure(document, 0)["texture_pixels"]
        smaller = with_most_pixels(document, pixels / 2.0)
        if measure(smaller, 0)["texture_pixels"] == pixels:
            return document
        document = smaller
    return document
