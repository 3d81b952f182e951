"""A person's own face as a picture in the head's texture layout."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from avatarkit.avatar.colors import parse_color
from avatarkit.errors import InputError
from avatarkit.geometry.arrays import checked_array

PICTURE_SIZE = 1024
ALPHA_SIZE = 256
_MAX_BYTES = 4 * 1024**2  # a JPEG of 1024 x 1024 at the highest quality has under 2 MB


@dataclass(frozen=True)
class SkinPhoto:
    """The skin that a photo shows, kept as the bytes of two small pictures, so that saving changes nothing.

    Attributes:
        tone: "#rrggbb", the person's skin tone in the picture; another tone in the recipe shifts the picture's colours.
        picture: JPEG, 1024 x 1024 RGB, in the head's texture layout.
        alpha: PNG, 256 x 256, 8-bit grey: how much of the photo shows; the rest is made from the tone.

    Raises:
        InputError: pictures of another kind or size.
        UsageError: `tone` is no colour.
    """

    tone: str
    picture: bytes
    alpha: bytes

    def __post_init__(self) -> None:
        parse_color(self.tone)
        for data, kind, mode, size in ((self.picture, "JPEG", "RGB", PICTURE_SIZE), (self.alpha, "PNG", "L", ALPHA_SIZE)):
            _check_header(data, kind, mode, size)

    def pixels(self) -> tuple[np.ndarray, np.ndarray]:
        """The picture (1024, 1024, 3) and its alpha (256, 256), both uint8.

        Raises:
            InputError: damaged data.
        """
        return _decoded(self.picture), _decoded(self.alpha)


def skin_photo(tone: str, picture: np.ndarray, alpha: np.ndarray, quality: int = 92) -> SkinPhoto:
    """A SkinPhoto of pixels.

    Args:
        tone: "#rrggbb", the skin tone in the picture.
        picture: (1024, 1024, 3) uint8 RGB.
        alpha: (256, 256) uint8.
        quality: of the JPEG, 1..100.
    """
    size, small = (PICTURE_SIZE,) * 2, (ALPHA_SIZE,) * 2
    picture, alpha = checked_array("picture", picture, (*size, 3), np.uint8), checked_array("alpha", alpha, small, np.uint8)
    color, grey = BytesIO(), BytesIO()
    Image.fromarray(picture).save(color, "JPEG", quality=quality, subsampling=0)
    Image.fromarray(alpha).save(grey, "PNG")
    return SkinPhoto(tone, color.getvalue(), grey.getvalue())


def _open(data: bytes) -> Image.Image:
    """The picture with its header read; the two formats are opened by themselves, so no other decoder sees the data."""
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile

    return (PngImageFile if data.startswith(b"\x89PNG") else JpegImageFile)(BytesIO(data))


def _check_header(data: bytes, kind: str, mode: str, size: int) -> None:
    wanted = f"a skin photo needs a {kind} of {size}x{size} pixels, mode {mode}"
    if not isinstance(data, bytes) or not 0 < len(data) <= _MAX_BYTES:
        raise InputError(f"{wanted}, at most {_MAX_BYTES >> 20} MB")
    try:
        image = _open(data)
    except Exception as error:  # the parsers meet damaged bytes
        raise InputError(f"{wanted}; this is no picture") from error
    if image.format != kind or image.mode != mode or image.size != (size, size):
        raise InputError(f"{wanted}, not a {image.format} of {image.width}x{image.height}, mode {image.mode}")


def _decoded(data: bytes) -> np.ndarray:
    try:
        return np.array(_open(data))
    except Exception as error:  # decoders fed damaged bytes raise whatever they stumble over
        raise InputError(f"a skin photo's picture is damaged ({str(error)[:60]})") from error
