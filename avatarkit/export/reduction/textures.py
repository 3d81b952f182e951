"""Smaller pictures: fewer pixels, powers of two, JPEG where nothing is see-through."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import cv2
import numpy as np

from avatarkit.errors import InputError
from avatarkit.export.pictures import encode_picture
from avatarkit.export.reduction.references import with_used_pictures, without_textures
from avatarkit.gltf.document import Document, Image, Texture
from avatarkit.gltf.image_size import image_size
from avatarkit.render.materials_from_gltf import decoded_picture

_READ = ("image/png", "image/jpeg", "image/webp")

LEAST_SIDE = 16
"""No picture is made smaller than this."""


def without_lost_pictures(document: Document) -> tuple[Document, tuple[str, ...]]:
    """The document with nothing drawn from pictures that are missing or cannot be decoded, and a sentence for each of these."""
    damaged = {number: image for number, image in enumerate(document.images) if not _is_whole(image, number)}
    lost = {number for number, texture in enumerate(document.textures) if _shows_nothing(texture, damaged)}
    if not lost:
        return document, ()
    notes = tuple(f"the picture {image.name or number} is damaged and left out" for number, image in damaged.items())
    return with_used_pictures(without_textures(document, lost)), notes


def _shows_nothing(texture: Texture, damaged: Collection[int]) -> bool:
    return texture.image in damaged or (texture.image is None and not texture.extensions)


def _is_whole(image: Image, number: int) -> bool:
    """Whether a picture of a kind that we read can be decoded; others are their readers' business."""
    if image.mime_type not in _READ:
        return True
    try:
        decoded_picture(image.data, number)
    except InputError:
        return False
    return True


def with_longest_side(document: Document, most: float, *, powers_of_two: bool = False) -> Document:
    """The document with no picture's side longer than `most` pixels, and both a power of two if that is asked for."""
    return replace(
        document, images=tuple(_fitted(image, number, most, powers_of_two) for number, image in enumerate(document.images))
    )


def with_most_pixels(document: Document, most: float) -> Document:
    """The document with at most `most` pixels in all pictures together: the largest are halved until it holds."""
    while _pixels(document) > most:
        largest = max(document.images, key=lambda image: np.prod(image_size(image.data) or (0, 0)))
        side = max(image_size(largest.data) or (0, 0))
        if side <= LEAST_SIDE:
            break
        document = with_longest_side(document, side // 2)
    return document


def with_jpegs(document: Document) -> Document:
    """PNG pictures without alpha as JPEG."""
    return replace(document, images=tuple(_as_jpeg(image, number) for number, image in enumerate(document.images)))


def _pixels(document: Document) -> int:
    return sum(int(np.prod(image_size(image.data) or (0, 0))) for image in document.images)


def _fitted(image: Image, number: int, most: float, powers_of_two: bool) -> Image:
    size = image_size(image.data)
    if size is None:
        return image
    shrink = min(1.0, most / max(size))
    wanted = [max(1, round(side * shrink)) for side in size]
    if powers_of_two:
        wanted = [min(1 << round(np.log2(side)), 1 << int(np.log2(max(most, 1)))) if most < 1e9 else 1 << round(np.log2(side))
                  for side in wanted]  # fmt: skip
    if tuple(wanted) == tuple(size):
        return image
    pixels = decoded_picture(image.data, number)
    interpolation = cv2.INTER_AREA if wanted[0] <= size[0] else cv2.INTER_LINEAR
    return _encoded(image, np.asarray(cv2.resize(pixels, (wanted[0], wanted[1]), interpolation=interpolation)))


def _as_jpeg(image: Image, number: int) -> Image:
    if image.mime_type == "image/jpeg" or image.name == "thumbnail":
        return image
    pixels = decoded_picture(image.data, number)
    if pixels.shape[2] == 4 and pixels[..., 3].min() < 255:
        return image
    return replace(image, data=encode_picture(np.ascontiguousarray(pixels[..., :3]), "jpeg"), mime_type="image/jpeg")


def _encoded(image: Image, pixels: np.ndarray) -> Image:
    jpeg = image.mime_type == "image/jpeg"
    data = encode_picture(np.ascontiguousarray(pixels[..., :3]) if jpeg else pixels, "jpeg" if jpeg else "png")
    return replace(image, data=data, mime_type="image/jpeg" if jpeg else "image/png")
