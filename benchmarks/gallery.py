"""python -m benchmarks.gallery: contact sheets: media people, the portrait, families, expressions, sliders, hair."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

import avatarkit as ak
from avatarkit.avatar import wardrobe
from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.style import default_recipe, restyled
from avatarkit.body.stylised_sliders import FACE_SLIDERS, STYLISED_SLIDERS
from avatarkit.export.files import glb_bytes, vrm1_bytes
from avatarkit.gltf.document import Document
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.render.contact_sheet import contact_sheet
from avatarkit.render.pictures import render_views
from avatarkit.render.renderer import Renderer
from avatarkit.tracking.face_landmarks import FaceLandmarks
from benchmarks.create import portrait
from benchmarks.fit_of_clothes import BODIES
from benchmarks.media import DEFAULT_MEDIA, check_media, found_faces
from benchmarks.results import OUT

CROP_MARGIN = 0.45  # of the face's size, around it
CLOSER = 1.25  # the views of a head leave room for hair and shoulders
FIGURE_WIDTH = 0.6  # of its height, arms hanging
ROWS_ON_A_SHEET = 12
Cell = tuple[str, np.ndarray]


def main() -> None:
    options = _options()
    options.output.mkdir(parents=True, exist_ok=True)
    side = round(CLOSER * options.size)
    for name in options.sheets:
        with Renderer((side, side)) as renderer:
            cells, columns = SHEETS[name](options, renderer)
            _save(options.output, name, list(cells), columns)


def _save(folder: Path, name: str, cells: list[Cell], columns: int) -> None:
    """The cells on as many sheets as they fill."""
    sheet = columns * ROWS_ON_A_SHEET
    for number, start in enumerate(range(0, len(cells), sheet), start=1):
        labels, pictures = zip(*cells[start : start + sheet], strict=True)
        path = folder / f"{name}{'' if len(cells) <= sheet else f'-{number}'}.jpg"
        Image.fromarray(contact_sheet(pictures, columns, labels)).save(path, quality=88)
        print(f"{path}: {len(labels)} pictures", flush=True)


def _people(options: argparse.Namespace, renderer: Renderer) -> tuple[Iterator[Cell], int]:
    """Photo, front, three-quarter of each person; of media photos, so to be looked at and not passed on."""
    check_media(options.media)

    def cells() -> Iterator[Cell]:
        for face, landmarks in found_faces(options.media).items():
            fit = ak.fit_face(landmarks)
            front, turned = render_views(_document(fit), ("front", "three-quarter"), renderer.size_px, renderer=renderer)
            yield face.label, photo_crop(landmarks, options.size)
            yield f"error {fit.error:.4f}", _closer(front)
            yield f"confidence {fit.confidence:.2f}", _closer(turned)

    return cells(), 6


def _portrait(options: argparse.Namespace, renderer: Renderer) -> tuple[Iterator[Cell], int]:
    """The public-domain portrait from all sides."""
    landmarks = ak.track_face(ak.read_photo(portrait()))
    fit, views = ak.fit_face(landmarks), ("front", "three-quarter", "profile", "back")
    pictures = render_views(_document(fit), views, renderer.size_px, renderer=renderer)
    crop = photo_crop(landmarks, options.size)
    return iter([("photo", crop), *zip(views, map(_closer, pictures), strict=True)]), 5


def _families(options: argparse.Namespace, renderer: Renderer) -> tuple[Iterator[Cell], int]:
    """People of the library in every family, from the front and half turned."""

    def cells() -> Iterator[Cell]:
        for name in LIBRARY:
            for family in FAMILIES:
                document = _drawn(restyled(default_recipe(name), family))
                for picture in render_views(document, ("front", "three-quarter"), renderer.size_px, renderer=renderer):
                    yield f"{name}, {family}", _closer(picture)

    return cells(), 2 * len(FAMILIES)


def _hair(options: argparse.Namespace, renderer: Renderer) -> tuple[Iterator[Cell], int]:
    """A row of dyes, a row of thick locks, then every style from the front and half turned."""
    plain = default_recipe("human")
    dyed = [(name, plain.with_hair("lob", color=color)) for name, color in list(DYES.items())[:_HAIR_COLUMNS]]
    drawn = [(family, name) for family in FAMILIES[2:] for name in _THICK]
    thick = [(f"{name}, {family}", restyled(plain, family).with_hair(name, color=_THICK_COLOR)) for family, name in drawn]
    styles = [(name, plain.with_hair(name, color=DYES["brown"])) for name in wardrobe.hair_styles()]

    def cells() -> Iterator[Cell]:
        for label, recipe in (*dyed, *thick):
            yield label, _closer(render_views(_drawn(recipe), ("three-quarter",), renderer.size_px, renderer=renderer)[0])
        for label, recipe in styles:
            pictures = render_views(_drawn(recipe), ("front", "three-quarter"), renderer.size_px, renderer=renderer)
            yield label, _closer(pictures[0])
            yield "", _closer(pictures[1])

    return cells(), _HAIR_COLUMNS


def _expressions(options: argparse.Namespace, renderer: Renderer) -> tuple[Iterator[Cell], int]:
    """Expressions in every family."""

    def cells() -> Iterator[Cell]:
        for name in LIBRARY[:2]:
            for family in FAMILIES:
                document = _drawn(restyled(default_recipe(name), family))
                for expression, weights in EXPRESSIONS.items():
                    (picture,) = render_views(
                        document, ("front",), renderer.size_px, expression_weights=weights, renderer=renderer
                    )
                    yield f"{family}, {expression}", _closer(picture)

    return cells(), len(EXPRESSIONS)


def _bodies(options: argparse.Namespace, renderer: Renderer) -> tuple[Iterator[Cell], int]:
    """Outfits on bodies at the ends of the sliders."""

    def cells() -> Iterator[Cell]:
        for body in SHOWN_BODIES:
            for outfit in SHOWN_OUTFITS:
                recipe = default_recipe().with_sliders(dict(BODIES[body])).with_outfit(outfit)
                document = document_from_bytes(glb_bytes(ak.build_avatar(recipe)))
                (picture,) = render_views(document, ("body",), renderer.size_px, renderer=renderer)
                yield f"{body}, {outfit}", _narrower(picture)

    return cells(), len(SHOWN_OUTFITS)


def _stylised(options: argparse.Namespace, renderer: Renderer) -> tuple[Iterator[Cell], int]:
    """Every stylised slider at both ends on a plain figure: those of the head as a head, all others as a figure."""

    def cells() -> Iterator[Cell]:
        plain = default_recipe(STYLISED_ON)
        for name, (low, _) in STYLISED_SLIDERS.items():
            for value in (low, 1.0):
                document = _drawn(plain.with_sliders({name: value}))
                view = "front" if name in FACE_SLIDERS and name != "big-head" else "body"
                (picture,) = render_views(document, (view,), renderer.size_px, renderer=renderer)
                yield f"{name} {value:g}", _closer(picture) if view == "front" else _upright(picture)

    return cells(), 8


def _upright(picture: np.ndarray) -> np.ndarray:
    """A square picture as small as `_closer` makes it."""
    side = round(len(picture) / CLOSER)
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS))


def _both(*names: str, weight: float = 1.0) -> dict[str, float]:
    """Weights of expressions of the left and the right side."""
    return {name + side: weight for name in names for side in ("Left", "Right")}


EXPRESSIONS: dict[str, dict[str, float]] = {
    "neutral": {},
    "smile": _both("mouthSmile") | _both("cheekSquint", weight=0.5),
    "laugh": _both("mouthSmile", weight=0.5) | {"jawOpen": 0.7},
    "eyes closed": _both("eyeBlink"),
    "surprise": _both("browOuterUp", "eyeWide", weight=0.8) | {"browInnerUp": 1.0, "jawOpen": 0.3},
    "anger": _both("mouthFrown", "browDown") | _both("noseSneer", "eyeSquint", weight=0.65),
}
DYES = {
    "black": "#1a1512",
    "dark brown": "#3b2a20",
    "brown": "#5a3a22",
    "auburn": "#6e2f1e",
    "ginger": "#a8521f",
    "dark blonde": "#8f6f4a",
    "blonde": "#c9a263",
    "platinum": "#e6dcc4",
    "grey": "#8d8c8a",
    "red": "#b0182a",
    "pink": "#e07aa8",
    "blue": "#2f6fb0",
    "violet": "#6b3fa0",
    "teal": "#1f8a8a",
    "green": "#4f8a35",
    "white": "#e9e7e2",
}
"""Colours of hair, grown and dyed."""
_HAIR_COLUMNS, _THICK_COLOR = 12, DYES["dark blonde"]
_THICK = ("short", "side-part", "long", "bob-bangs", "twin-tails", "short-curly")
STYLISED_ON = "human"
FAMILIES = ("hyper-realistic", "human", "cartoon", "anime")
LIBRARY = ("amara", "bao", "birgit", "carlos", "chioma", "dmitri", "elif", "grace", "kofi", "mei", "oskar", "priya")
"""Twelve people of the library, of many ages, builds and skin tones."""

SHOWN_BODIES = ("heavy woman", "heavy man", "thin", "tall", "muscular", "child")
SHOWN_OUTFITS = ("casual", "business", "jogging", "winter", "snow", "summer", "school", "stage")

SHEETS: dict[str, Callable[[argparse.Namespace, Renderer], tuple[Iterator[Cell], int]]] = {
    "people": _people,
    "portrait": _portrait,
    "families": _families,
    "expressions": _expressions,
    "hair": _hair,
    "bodies": _bodies,
    "stylised": _stylised,
}


def _closer(picture: np.ndarray) -> np.ndarray:
    """The middle of a square picture, where the head is."""
    side = len(picture)
    edge = (side - round(side / CLOSER)) // 2
    return picture[edge : side - edge, edge : side - edge]


def _narrower(picture: np.ndarray) -> np.ndarray:
    """The middle of a square picture, where a standing figure is."""
    edge = round(0.5 * (1.0 - FIGURE_WIDTH) * picture.shape[1])
    return picture[:, edge : picture.shape[1] - edge]


def _document(fit: ak.FaceFit) -> Document:
    return document_from_bytes(glb_bytes(_avatar(fit)))


def _drawn(recipe: AvatarRecipe) -> Document:
    """With drawn shading where the family has it."""
    return document_from_bytes(vrm1_bytes(ak.build_avatar(recipe)))


def _avatar(fit: ak.FaceFit) -> Avatar:
    return ak.build_avatar(ak.make_recipe(fit))


def photo_crop(landmarks: FaceLandmarks, size_px: int) -> np.ndarray:
    """The face with some of what is around it, (size_px, size_px, 3); grey beyond the photo's border."""
    points = landmarks.points_px[:468]
    half = (0.5 + CROP_MARGIN) * float(np.ptp(points, axis=0).max())
    middle = 0.5 * (points.min(axis=0) + points.max(axis=0)) - [0.0, 0.1 * half]
    scale = size_px / (2.0 * half)
    matrix = np.array([[scale, 0.0, size_px / 2 - scale * middle[0]], [0.0, scale, size_px / 2 - scale * middle[1]]])
    pixels = landmarks.photo.pixels
    if scale < 0.5:  # warping alone would alias
        factor = 2.0 * scale
        pixels = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        matrix[:, :2] /= factor
    return cv2.warpAffine(pixels, matrix, (size_px, size_px), flags=cv2.INTER_CUBIC, borderValue=(128, 128, 128))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gallery", description=__doc__)
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="folder with faces/ (default: beside the checkout)")
    parser.add_argument("--output", type=Path, default=OUT / "gallery", help="folder for the sheets")
    parser.add_argument("--size", type=int, default=256, help="side of each picture, pixels (256)")
    parser.add_argument("--sheets", nargs="+", choices=tuple(SHEETS), default=tuple(SHEETS), help="which (all)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except ak.AvatarkitError as error:
        sys.exit(str(error))
