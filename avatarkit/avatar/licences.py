"""Where the assets in an avatar come from, and under which licences."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache

from avatarkit.data_files import asset_path
from avatarkit.errors import InputError

_BODY = ("body.npz", "body_macro.npz.xz")
_SKIN = ("skin-body.png", "skin-brows.png", "skin-factor.png", "skin-inside.png", "skin-masks.png")
_HAIR = ("hair-cap.png", "hair-frizz.png", "hair-locks.png", "hair-stubble.png")


def licences_of(meshes: Iterable[str]) -> str:
    """Origin and licence of every asset that went into the meshes of these names, one sentence for each origin."""
    haired = any(name.startswith(("hair", "beard")) for name in meshes)
    used = (*_BODY, *_SKIN, *(_HAIR if haired else ()))
    by_origin: dict[tuple[str, str], list[str]] = {}
    for name in used:
        by_origin.setdefault(_source(name), []).append(name)
    return " ".join(f"{', '.join(names)}: {origin}, {licence}." for (origin, licence), names in by_origin.items())


def _source(name: str) -> tuple[str, str]:
    """Origin and licence of one asset. Raises InputError when `assets/SOURCES.toml` does not have it."""
    if name not in _sources():
        raise InputError(f"assets/SOURCES.toml does not say where {name} comes from.")
    return _sources()[name]


@cache
def _sources() -> dict[str, tuple[str, str]]:
    told = tomllib.loads(asset_path("SOURCES.toml").read_text(encoding="utf-8"))
    return {name: (str(entry["origin"]), str(entry["licence"])) for name, entry in told.items()}
