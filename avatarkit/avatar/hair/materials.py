"""How hair looks: its materials in one colour."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

import numpy as np

from avatarkit.avatar.avatar import Material, Texture
from avatarkit.avatar.hair.textures import cap_strands, colored, lock_strands, solid_strands, strand_normals

_CAP_BRIGHTNESS = 0.72  # it is seen between the locks, in their shadow
_CALM = 0.35  # of the strands' contrast, on painted-looking locks
_ROUGHNESS = {"straight": 0.45, "frizz": 0.85}
_WHITE = (1.0, 1.0, 1.0, 1.0)


@lru_cache(maxsize=4)
def hair_materials(color: tuple[float, float, float], strands: str, shape: str) -> Mapping[str, Material]:
    """By the names of the meshes: the cap, ribbons, and solid locks."""
    cap = Texture("hair-cap", colored(cap_strands(), color, root=0.8, tip=1.0, brightness=_CAP_BRIGHTNESS), "png")
    locks = Texture("hair-locks", colored(lock_strands(strands), color, root=0.5, tip=1.15), "png")
    solid_light = solid_strands(_CALM if shape == "wedge" else 1.0)
    solid = Texture("hair-solid", np.ascontiguousarray(colored(solid_light, color, root=0.85, tip=1.05)[..., :3]), "jpeg")
    reliefs, rough = _reliefs(strands), _ROUGHNESS[strands]
    return {
        "hair-cap": Material("hair-cap", _WHITE, cap, reliefs["cap"], roughness=0.65, alpha_mode="MASK", alpha_cutoff=0.5),
        "hair-locks": Material(
            "hair-locks", _WHITE, locks, reliefs["locks"], rough, alpha_mode="MASK", alpha_cutoff=0.4, double_sided=True
        ),
        "hair-solid": Material("hair-solid", _WHITE, solid, None if shape == "wedge" else reliefs["solid"], roughness=0.5),
    }


@cache
def _reliefs(strands: str) -> Mapping[str, Texture]:
    pictures = {"cap": cap_strands(), "locks": lock_strands(strands), "solid": solid_strands(1.0)}
    return {name: Texture(f"hair-{name}-normal", strand_normals(*both), "png") for name, both in pictures.items()}
