"""Pictures on the cards of styles, hair and clothes: drawn once, by a quiet process of their own, into the user's cache folder.

python -m avatarkit.app.card_pictures FOLDER
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import platformdirs

from avatarkit.avatar import wardrobe
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.style import default_recipe
from avatarkit.data_files import data_root, style_paths
from avatarkit.errors import AvatarkitError
from avatarkit.whole_files import write_whole

SIZE_PX = (288, 360)
"""Twice a card's size on the page."""

KINDS = ("styles", "hair", "outfits", "pieces")

_QUALITY = 86  # of WebP: no difference is seen above it at this size
_NICENESS = 15
_SHOWN_ON = "human"
"""Who shows hair and clothes."""

_FACE_SLOTS = ("hat", "glasses", "earrings")
_PLAIN_HAIR = "bald"


def cards() -> Iterator[tuple[str, str, AvatarRecipe, str]]:
    """Kind, name, who shows it, and from where."""
    from avatarkit.app.choices import choices

    for style in choices("en")["styles"]:
        yield "styles", style["name"], default_recipe(style["name"]), "bust"
    model = default_recipe(_SHOWN_ON)
    for hair in wardrobe.hair_styles():
        yield "hair", hair, model.with_hair(hair), "three-quarter"
    for outfit in wardrobe.outfits():
        yield "outfits", outfit, model.with_outfit(outfit), "body"
    for piece in wardrobe.wardrobe_pieces():
        others = [other for other in model.outfit.pieces if not wardrobe.excludes(piece, other)]
        view = "face" if wardrobe.piece_slot(piece) in _FACE_SLOTS else "body"
        yield "pieces", piece, model.with_outfit([*others, piece]), view


@cache
def card_folder() -> Path:
    """Where the pictures are kept: another folder for every version of the styles and the wardrobe."""
    sources = [*style_paths(), *sorted((data_root() / "styles" / "families").glob("*.toml"))]
    state = hashlib.sha256(version("avatarkit").encode())
    for source in sources:
        state.update(source.read_bytes())
    state.update(repr((wardrobe.hair_styles(), wardrobe.outfits(), wardrobe.wardrobe_pieces())).encode())
    return platformdirs.user_cache_path("avatarkit") / f"cards-{state.hexdigest()[:12]}"


def card_path(kind: str, name: str) -> Path | None:
    """A card's picture, if it has been drawn."""
    if kind not in KINDS or not name.replace("-", "").isalnum():
        return None
    path = card_folder() / kind / f"{name}.webp"
    return path if path.is_file() else None


def start_drawing() -> subprocess.Popen[bytes]:
    """Draw what is missing, in a process that gives way to all others."""
    command = [sys.executable, "-m", __spec__.name, str(card_folder())]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def draw_cards(folder: Path) -> None:
    """Draw every card that is not there yet. Raises MissingError without a Vulkan driver."""
    from avatarkit.render.renderer import Renderer

    missing = [card for card in cards() if not (folder / card[0] / f"{card[1]}.webp").is_file()]
    if not missing:
        return
    with Renderer(SIZE_PX) as renderer:
        for kind, name, recipe, view in missing:
            (folder / kind).mkdir(parents=True, exist_ok=True)
            write_whole(folder / kind / f"{name}.webp", _webp(_drawn(recipe, view, renderer)))


def _drawn(recipe: AvatarRecipe, view: str, renderer: object) -> np.ndarray:
    from avatarkit.export.scene import avatar_scene
    from avatarkit.export.vrm1 import vrm1_document
    from avatarkit.render.pictures import render_views

    avatar = build_avatar(recipe)
    document = vrm1_document(avatar, avatar_scene(avatar))
    return render_views(document, (view,), SIZE_PX, renderer=renderer)[0]  # type: ignore[arg-type]


def _webp(pixels: np.ndarray) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=_QUALITY)
    return buffer.getvalue()


def main() -> int:
    """What the quiet process does."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        draw_cards(Path(sys.argv[1]))
    except AvatarkitError:  # without a driver cards show a plain tile
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
