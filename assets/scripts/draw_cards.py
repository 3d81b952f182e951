"""Draws the pictures on the cards of the web app: python assets/scripts/draw_cards.py [missing | KIND[/NAME] ...]

All of them take some minutes; named ones, or those that are missing, are drawn among the others. Needs a Vulkan driver.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
from asset_sources import record_sources

from avatarkit.app.cards import CARDS, card_pictures
from avatarkit.app.choices import choices
from avatarkit.avatar import wardrobe
from avatarkit.avatar.avatar import Avatar, Texture
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.style import default_recipe
from avatarkit.export.scene import avatar_scene, drawn_document
from avatarkit.gltf.document import Document
from avatarkit.render.camera import PinholeCamera
from avatarkit.render.framing import VIEWS, Figure, View, aim, measure
from avatarkit.render.humanoid import find_head, find_humanoid, relaxed_arms, world_matrices
from avatarkit.render.puppet import shown_parts, vertices_under
from avatarkit.render.renderer import Renderer
from avatarkit.render.scene import Background, RenderMesh
from avatarkit.render.scene_from_gltf import posed_meshes

ASSETS = Path(__file__).resolve().parents[1]

SIZE_PX = (256, 320)
"""Twice a card's size on the page."""

TEXTURE_PX = 768  # a side; finer ones could not be seen
QUALITY = 76  # of WebP; all together stay under a megabyte
BACKGROUND: Background = ((0.945, 0.937, 0.98), (0.82, 0.796, 0.91))
"""The page's own lavender."""

MODEL, MODEL_IN_DRESSES = "human", "ada"
"""Who shows hair and clothes, and who those that ask for a waist."""

IN_DRESSES = ("dress", "skirt", "blouse", "crop", "gown", "heels")

ON_THE_HEAD = {
    "hat": View(1.25, -0.35, 1.4, 20.0),
    "glasses": View(1.02, -0.06, 0.9, 15.0),
    "earrings": View(0.72, -0.3, 0.8, 48.0),
}
"""Slots that are looked at on the head: how."""

TURNED_DEG = {"shoes": 38.0, "socks": 30.0, "cape": 150.0}
"""Slots that are seen best from another side; all others from a little aside."""
ASIDE_DEG = 18.0

WITH = {"socks": ("t-shirt", "shorts")}
"""What is worn with pieces that trousers and shoes would hide."""

LEAST_M = 0.34
"""Of a person that are shown around a small piece: a tie alone would not tell what it is."""

ONE_HAND = ("gloves",)


@dataclass(frozen=True)
class Card:
    """What a picture shows: a recipe, seen as a view says, or close to a piece of clothing."""

    name: str
    recipe: AvatarRecipe
    view: View
    piece: str | None = None


def cards() -> Iterator[Card]:
    """Every card of the page."""
    given, model = choices("en"), default_recipe(MODEL)
    for style in given["styles"]:
        yield Card(f"styles/{style['name']}", default_recipe(style["name"]), VIEWS["bust"])
    for hair in given["hair"]:
        yield Card(f"hair/{hair['name']}", model.with_hair(hair["name"]), VIEWS["three-quarter"])
    for outfit in given["outfits"]:
        yield Card(
            f"outfits/{outfit['name']}", _shown_on(outfit["name"]).with_outfit(outfit["name"]), View(None, yaw_deg=ASIDE_DEG)
        )
    for slot in given["slots"]:
        for piece in slot["pieces"]:
            yield _piece_card(slot["name"], piece["name"])


def _piece_card(slot: str, piece: str) -> Card:
    model = _shown_on(piece)
    worn = WITH.get(slot, model.outfit.pieces)
    others = [other for other in worn if not wardrobe.excludes(piece, other)]
    recipe = model.with_outfit([*others, piece])
    if slot in ON_THE_HEAD:
        return Card(f"pieces/{piece}", recipe, ON_THE_HEAD[slot])
    return Card(f"pieces/{piece}", recipe, View(None, yaw_deg=TURNED_DEG.get(slot, ASIDE_DEG)), piece)


def _shown_on(name: str) -> AvatarRecipe:
    """A model in plain clothes, for a piece or an outfit."""
    plain = default_recipe(MODEL)
    worn = [name, *wardrobe.outfits().get(name, ())]
    if not any(word in piece for word in IN_DRESSES for piece in worn):
        return plain
    return default_recipe(MODEL_IN_DRESSES).with_outfit(list(plain.outfit.pieces))


def drawn(card: Card, renderer: Renderer) -> np.ndarray:
    """A card's picture (H, W, 3)."""
    avatar = _coarse(build_avatar(card.recipe))
    document = drawn_document(avatar, avatar_scene(avatar).document)
    humanoid = find_humanoid(document)
    meshes = posed_meshes(document, {}, relaxed_arms(document, humanoid))
    return renderer.render(meshes, _camera(card, document, meshes), background=BACKGROUND)[..., :3]


def _coarse(avatar: Avatar) -> Avatar:
    """The avatar without what a small picture does not show: fine textures, relief, expressions."""
    materials = tuple(replace(material, base_color_texture=_small(material.base_color_texture), normal_texture=None)
                      for material in avatar.materials)  # fmt: skip
    meshes = tuple(replace(mesh, morphs=()) for mesh in avatar.meshes)
    return replace(avatar, meshes=meshes, materials=materials, expression_names=())


def _small(texture: Texture | None) -> Texture | None:
    if texture is None or max(texture.pixels.shape[:2]) <= TEXTURE_PX:
        return texture
    share = TEXTURE_PX / max(texture.pixels.shape[:2])
    return replace(texture, pixels=cv2.resize(texture.pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))


def _camera(card: Card, document: Document, meshes: list[RenderMesh]) -> PinholeCamera:
    humanoid = find_humanoid(document)
    head, matrices = find_head(document, humanoid), world_matrices(document, humanoid)
    figure = measure(meshes, matrices[head][:3, 3], vertices_under(document, matrices, head))
    if card.piece is not None:
        figure = Figure(_around(_points_of(card.piece, document, matrices, meshes)), figure.chin, figure.head_height)
    return aim(figure, card.view, SIZE_PX)


def _points_of(piece: str, document: Document, matrices: Mapping[int, np.ndarray], meshes: list[RenderMesh]) -> np.ndarray:
    """(P, 3) where a piece of clothing is; the whole figure of one that others cover."""
    names = [document.meshes[part.mesh].name for part in shown_parts(document, matrices)]
    own = [mesh.positions for name, mesh in zip(names, meshes, strict=True) if f"{name}-".startswith(f"outfit-{piece}-")]
    points = np.concatenate(own or [mesh.positions for mesh in meshes])
    return points[points[:, 0] > 0] if wardrobe.piece_slot(piece) in ONE_HAND else points


def _around(points: np.ndarray) -> np.ndarray:
    """The corners of a box around points, no smaller than what one wants to see."""
    low, high = points.min(axis=0), points.max(axis=0)
    more = np.maximum(LEAST_M - (high - low), 0.0) / 2 * [1.0, 1.0, 0.0]
    low, high = low - more, high + more
    return np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T


def webp(pixels: np.ndarray) -> bytes:
    """A picture as WebP."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=QUALITY, method=6)
    return buffer.getvalue()


def main() -> None:
    """Draw what is asked for, or everything."""
    asked = tuple(sys.argv[1:])
    before = card_pictures() if asked and (ASSETS / CARDS).is_file() else {}
    pictures: dict[str, bytes] = {}
    try:
        with Renderer(SIZE_PX) as renderer:
            for card in cards():
                kept = None if card.name.startswith(asked or "") else before.get(card.name)
                pictures[card.name] = kept or webp(drawn(card, renderer))
                print(f"{card.name}: {len(pictures[card.name])} bytes{', kept' if kept else ''}", flush=True)
    finally:
        _write({**before, **pictures})


def _write(pictures: dict[str, bytes]) -> None:
    with zipfile.ZipFile(ASSETS / CARDS, "w") as archive:
        for name in sorted(pictures):
            archive.writestr(zipfile.ZipInfo(f"{name}.webp"), pictures[name])
    record_sources(ASSETS, [CARDS], "drawn by the script", "CC0-1.0", "assets/scripts/draw_cards.py")


if __name__ == "__main__":
    main()
