"""How hair looks: its materials in one colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache

import numpy as np

from avatarkit.avatar.avatar import Material, Texture
from avatarkit.avatar.hair.dye import HairColor, Slope, colored, gloss
from avatarkit.avatar.hair.textures import cap_strands, lock_strands, solid_strands, strand_normals

_CAP, _LOCKS, _SOLID = Slope(0.8, 1.0, 0.72), Slope(0.5, 1.15), Slope(0.85, 1.05)
"""The cap is seen between the locks, in their shadow; locks are darker where they lie under others."""

_CALM = 0.35  # of the strands' contrast, on painted-looking locks
_ROUGHNESS = {"straight": 0.52, "frizz": 0.85}
_WHITE = (1.0, 1.0, 1.0, 1.0)


@lru_cache(maxsize=4)
def hair_materials(dye: HairColor, strands: str, shape: str) -> Mapping[str, Material]:
    """By the names of the meshes: the cap, ribbons, and solid locks."""
    cap = colored(cap_strands(), dye, _CAP, at_scalp=True)
    locks = colored(lock_strands(strands), dye, _LOCKS)
    solid = colored(solid_strands(_CALM if shape == "wedge" else 1.0), dye, _SOLID)
    reliefs, rough = _reliefs(strands), _ROUGHNESS[strands]
    relief = None if shape == "wedge" else reliefs["solid"]
    materials = (
        _masked("hair-cap", cap, reliefs["cap"], 0.65, 0.5),
        replace(_masked("hair-locks", locks, reliefs["locks"], rough, 0.4), double_sided=True),
        Material("hair-solid", _WHITE, _opaque("hair-solid", solid), relief, roughness=0.5),
    )
    return {material.name: replace(material, specular=gloss(dye.color)) for material in materials}


def _masked(name: str, pixels: np.ndarray, relief: Texture, roughness: float, cutoff: float) -> Material:
    texture = Texture(name, pixels, "png")
    return Material(name, _WHITE, texture, relief, roughness=roughness, alpha_mode="MASK", alpha_cutoff=cutoff)


def _opaque(name: str, pixels: np.ndarray) -> Texture:
    return Texture(name, np.ascontiguousarray(pixels[..., :3]), "jpeg")


@cache
def _reliefs(strands: str) -> Mapping[str, Texture]:
    pictures = {"cap": cap_strands(), "locks": lock_strands(strands), "solid": solid_strands(1.0)}
    return {name: Texture(f"hair-{name}-normal", strand_normals(both), "png") for name, both in pictures.items()}
