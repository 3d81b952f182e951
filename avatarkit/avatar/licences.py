"""Where the assets in an avatar come from and under which licences, and what an avatar's own licence permits."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, get_args, get_type_hints

from avatarkit.avatar.avatar import AvatarMeta
from avatarkit.data_files import asset_path
from avatarkit.errors import InputError, UsageError, unknown_name

_BODY = ("body.npz", "body_macro.npz.xz")
_SKIN = ("skin-body.png", "skin-brows.png", "skin-factor.png", "skin-inside.png", "skin-masks.png", "skin-scatter.png")
_HAIR = ("hair-cap.png", "hair-coils.png", "hair-frizz.png", "hair-locks.png", "hair-stubble.png")


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


_WORDS = ("author", "copyright", "version")
"""What is said in the user's own words."""

_YES_AND_NO = {"yes": True, "no": False}


@cache
def permissions() -> Mapping[str, tuple[str, ...]]:
    """Permission -> the words it can have; yes and no for most. Source: vrm-c/vrm-specification, VRMC_vrm-1.0, meta.md."""
    kinds = get_type_hints(AvatarMeta)
    chosen = {name: tuple(map(str, get_args(kind))) for name, kind in kinds.items() if kind is bool or not _is_text(kind)}
    return {name: words or tuple(_YES_AND_NO) for name, words in chosen.items()}


def _is_text(kind: Any) -> bool:
    return kind is str or kind == tuple[str, ...]


def with_permissions(meta: AvatarMeta, wanted: Mapping[str, str | bool]) -> AvatarMeta:
    """The meta with other permissions.

    Args:
        meta: as it is.
        wanted: names of `permissions()` with one of their words each, and `author`, `copyright`, `version` with any.

    Raises:
        UsageError: no such permission, or no such word for it.
    """
    changes: dict[str, Any] = {}
    for name, value in wanted.items():
        if name in _WORDS:
            changes |= _in_own_words(name, str(value))
        elif name in permissions():
            changes[name] = _permitted(name, value)
        else:
            raise unknown_name("permission", name, (*_WORDS, *permissions()))
    return replace(meta, **changes)


def _in_own_words(name: str, text: str) -> dict[str, Any]:
    if not text.strip() or not text.isprintable():
        raise UsageError(f"The {name} of an avatar is one line of text, not {text!r}.")
    return {"authors": (text,)} if name == "author" else {name: text}


def _permitted(name: str, value: str | bool) -> str | bool:
    words = permissions()[name]
    if words == tuple(_YES_AND_NO):
        value = _YES_AND_NO.get(value, value) if isinstance(value, str) else value
        if isinstance(value, bool):
            return value
    if value not in words:
        raise UsageError(f"The permission {name} is {' or '.join(words)}, not {value!r}.")
    return value
