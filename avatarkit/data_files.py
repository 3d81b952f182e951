"""Where styles/, rigs/, assets/ and the viewer are: inside an installed wheel, or at the root of a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from avatarkit.errors import MissingError


@cache
def data_root() -> Path:
    """The folder that holds `styles/`, `rigs/` and `assets/`.

    Raises:
        MissingError: neither an installed wheel's data nor a checkout's folders are there.
    """
    package = Path(__file__).resolve().parent
    for root in (package / "_data", package.parent):
        if (root / "assets" / "SOURCES.toml").is_file():
            return root
    raise MissingError("avatarkit's data files (assets/, styles/, rigs/) are missing: install avatarkit again.")


def asset_path(name: str) -> Path:
    """The path of one file in `assets/`."""
    return data_root() / "assets" / name


def style_paths() -> list[Path]:
    """All style presets, sorted by name."""
    return sorted((data_root() / "styles").glob("*.toml"))


def family_paths() -> list[Path]:
    """All families of styles, sorted by name."""
    return sorted((data_root() / "styles" / "families").glob("*.toml"))


def words_path(language: str) -> Path:
    """The vocabulary of a language, by its two letters."""
    return data_root() / "styles" / "words" / f"{language}.toml"


def platform_paths() -> list[Path]:
    """All platform profiles, sorted by name."""
    return sorted((data_root() / "rigs" / "platforms").glob("*.toml"))


def rig_paths() -> list[Path]:
    """All tables of bone names, sorted by name."""
    return sorted((data_root() / "rigs").glob("*.toml"))


def viewer_path() -> Path:
    """The bundle of the browser viewer, one script that defines `<avatarkit-viewer>` (web/README.md).

    Raises:
        MissingError: it was not made when avatarkit was installed.
    """
    path = data_root() / "web" / "dist" / "viewer.js"
    if not path.is_file():
        raise MissingError("The browser viewer is missing: install avatarkit again where npm can be reached.")
    return path
