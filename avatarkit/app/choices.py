"""What there is to choose from, as the page's controls need it: names, labels in the page's language, ranges, colours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from avatarkit.app.limits import Limits
from avatarkit.app.making import MOLDED_GROUPS, WELCOME_STYLE
from avatarkit.app.texts import name_for_people, said_of, texts
from avatarkit.avatar import wardrobe
from avatarkit.avatar.style import load_style, style_names
from avatarkit.body.body import load_body
from avatarkit.export.platforms import load_platform, platform_names
from avatarkit.export.usdz import usd_is_there

HAIR_DYES = (
    "#0f0d0e", "#2c1b14", "#4e2f1d", "#7a4a28", "#a8703a", "#d9b26f", "#efe0b8", "#b3391f",
    "#8d8a88", "#f2f0ee", "#d85b9c", "#7c4bd0", "#2f62d6", "#1f9a8a", "#57b34a",
)  # fmt: skip
"""Black to blond, red, grey, white, and what comes from a bottle."""

EYE_COLORS = ("#3b2314", "#6b4423", "#8a6a35", "#5d7a3c", "#4f7f9f", "#7fa6c9", "#7a828c", "#7a4bc2")

SLOTS = (
    "dress", "top", "bottom", "jacket", "outer", "vest", "shoes", "socks", "hat", "glasses", "earrings", "tie", "scarf",
    "gloves", "belt", "cape",
)  # fmt: skip
"""In the order in which people dress."""

_FIRST_PLATFORMS = ("vrm1", "vrm0", "vrchat-pc", "vrchat-mobile", "web", "unity-humanoid", "unreal", "roblox")


@cache
def choices(language: str) -> dict[str, Any]:
    """Everything, for one language."""
    return {
        "language": language,
        "texts": texts(language),
        "styles": [_style(name, language) for name in _families_first()],
        "welcome": WELCOME_STYLE,
        "sliders": _sliders(language),
        "hair": _named(wardrobe.hair_styles(), language),
        "beards": _named(wardrobe.beard_styles(), language),
        "brows": _named(wardrobe.brow_shapes(), language),
        "lashes": _named(wardrobe.lash_styles(), language),
        "makeup": [_makeup(item, finishes, language) for item, finishes in wardrobe.makeup_items().items()],
        "outfits": _named(list(wardrobe.outfits()), language),
        "slots": _slots(language),
        "platforms": _platforms(language),
        "dyes": HAIR_DYES,
        "irises": EYE_COLORS,
        "limits": {
            "photo": Limits().photo_bytes,
            "video": Limits().video_bytes,
            "video_s": Limits().video_s,
            "recipe": Limits().recipe_bytes,
        },
    }


def _families_first() -> list[str]:
    return [name for kind in ("family", "person", "character") for name in style_names(kind)]


def _style(name: str, language: str) -> dict[str, Any]:
    style = load_style(name)
    title, _, hint = style.title.partition(":" if style.kind == "family" else ",")
    said = said_of("style", name, language)
    return {
        "name": name,
        "label": said.get("label", title.split(", with")[0]),
        "hint": said.get("hint", "") if said else "" if style.kind == "family" else hint.strip(),
        "kind": style.kind,
        "family": style.family.name,
    }


def _named(names: Sequence[str], language: str) -> list[dict[str, str]]:
    return [{"name": name, "label": name_for_people(name, language)} for name in names]


def _sliders(language: str) -> list[dict[str, Any]]:
    """Groups of sliders; the two sides of a face move together."""
    groups: dict[str, dict[str, dict[str, Any]]] = {group: {} for group in MOLDED_GROUPS}
    for name, slider in load_body().sliders.items():
        if slider.group in groups:
            both = name.removesuffix("-left").removesuffix("-right")
            groups[slider.group].setdefault(
                both,
                {"name": both, "label": name_for_people(both, language), "low": slider.low, "high": slider.high, "of": name},
            )
    return [
        {"name": group, "label": name_for_people(group, language), "sliders": list(sliders.values())}
        for group, sliders in groups.items()
        if sliders
    ]


def _makeup(item: str, finishes: Sequence[str], language: str) -> dict[str, Any]:
    layer = wardrobe.designed_makeup(item)
    return {
        "name": item,
        "label": name_for_people(item, language),
        "color": layer.color,
        "strength": layer.strength,
        "finishes": _named(finishes, language),
    }


def _slots(language: str) -> list[dict[str, Any]]:
    pieces = wardrobe.wardrobe_pieces()
    slots = dict.fromkeys((*SLOTS, *(wardrobe.piece_slot(name) for name in pieces)))
    shown = [
        {
            "name": slot,
            "label": name_for_people(f"slot-{slot}", language),
            "pieces": [_piece(name, language) for name in pieces if wardrobe.piece_slot(name) == slot],
        }
        for slot in slots
    ]
    return [slot for slot in shown if slot["pieces"]]


def _piece(name: str, language: str) -> dict[str, Any]:
    pieces = wardrobe.wardrobe_pieces()
    return {
        "name": name,
        "label": name_for_people(name, language),
        "excludes": [other for other in pieces if other != name and wardrobe.excludes(name, other)],
        "parts": [
            {"name": part, "label": name_for_people(part, language), "color": color} for part, color in pieces[name].items()
        ],
    }


def _platforms(language: str) -> list[dict[str, str]]:
    names = [*_FIRST_PLATFORMS, *(name for name in platform_names() if name not in _FIRST_PLATFORMS)]
    return [
        {"name": name, "label": said_of("platform", name, language).get("label", load_platform(name).title)}
        for name in names
        if name in platform_names() and (usd_is_there() or not load_platform(name).takes_usd_alone)
    ]
