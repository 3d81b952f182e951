"""Who is filmed: people of both sexes, several builds, skins and clothes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from avatarkit.avatar.recipe import AvatarRecipe, Skin
from avatarkit.avatar.style import default_recipe


def _person(
    name: str, sliders: Mapping[str, float], skin: tuple[str, str, str], hair: str, clothes: tuple[str, str, str]
) -> AvatarRecipe:
    """`skin`: tone, lips, brows; `clothes`: top, bottom, shoes."""
    plain = default_recipe(name=name)
    tone, lips, brows = skin
    worn = dict(zip(("t-shirt", "jeans", "sneakers"), clothes, strict=True))
    dressed = plain.with_sliders(sliders).with_outfit("casual", worn).with_hair(color=hair).with_brows(color=brows)
    return replace(dressed, skin=Skin(tone, lips))


CAST: Mapping[str, AvatarRecipe] = {
    "anna": _person("anna", {"sex": -0.9, "weight": -0.1, "height": -0.1}, ("#e3b495", "#c0706a", "#6b4a33"), "#7a5230",
                    ("#b8433c", "#39415a", "#2b2b2e")),
    "ben": _person("ben", {"sex": 0.8, "muscle": 0.3, "height": 0.05}, ("#c98f6c", "#a2615a", "#2e2118"), "#2a1d14",
                   ("#dcdcd6", "#2f3b55", "#3a3d42")),
    "chidi": _person("chidi", {"sex": 0.7, "muscle": 0.1, "weight": -0.3}, ("#6b452f", "#6e3f38", "#18120e"), "#15100c",
                     ("#d8a23a", "#4a4f57", "#e6e3dc")),
    "dara": _person("dara", {"sex": -0.7, "weight": 0.55, "age": 0.35}, ("#d9a57e", "#b3655f", "#4a3a2e"), "#8d8a86",
                    ("#3f6f73", "#26292f", "#5b3a2a")),
    "emil": _person("emil", {"sex": 0.5, "weight": 0.5, "age": 0.5, "height": -0.2}, ("#e8c0a3", "#bb7a70", "#8a7a66"),
                    "#b9b4aa", ("#4c6a9a", "#6a5f4e", "#2b2b2e")),
}  # fmt: skip
"""Name -> recipe."""
