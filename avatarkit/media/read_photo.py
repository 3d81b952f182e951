"""A photo file to upright sRGB pixels: JPEG, PNG, WebP, HEIC/HEIF, AVIF, TIFF, BMP, GIF (its first picture).

Files come from strangers: the size is known before anything is decoded, memory is bounded, and whatever is wrong ends in one
`InputError`. Pillow's global settings are neither read nor changed, so that a program around us keeps its own.
"""

from __future__ import annotations

import math
import stat
from collections.abc import Callable
from functools import cache
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageCms, ImageFile

from avatarkit.errors import InputError
from avatarkit.media.photo import Photo

WORKING_PIXELS = 12_000_000
"""Larger photos are reduced to this: a face that fills a 12-megapixel picture is already wider than the 2048-pixel skin."""

WORKING_SLACK = 1.1
"""A picture this little above `WORKING_PIXELS` stays as it is: resampling by a few percent only blurs."""

MAX_PIXELS = 64_000_000
"""Most pixels a file may declare where all of them must be decoded (256 MB at four bytes, and within a second); above the 61
megapixels of the largest common cameras."""

MAX_PIXELS_REDUCIBLE = 300_000_000
"""The same for baseline JPEG, which is reduced while decoding; 200-megapixel phones exist."""

MAX_FILE_BYTES = 512 * 1024**2
"""No photo is larger; some decoders read the whole file at once."""

MIN_SIDE_PX = 16
"""Below this nothing in a picture can be a usable face."""

REDUCING_GAP = 1.01
"""How much larger than wanted a picture stays after whole steps of reduction; Pillow's `Image.resize` wants more than 1."""

BACKDROP = 128
"""Grey behind transparent pictures: dark and light hair both stand out against middle grey, and it tints no skin."""

PROFILE_TOLERANCE = 2
"""Of 255. A colour profile that moves no colour by more than this is sRGB under another name and is not applied."""

EXIF_ORIENTATION = 0x0112
"""Source: CIPA DC-008 (Exif 2.32), tag 274."""

_TURNS: dict[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""Orientation tag to the turn that makes the picture upright. Source: CIPA DC-008, 4.6.4.A."""

_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
"""Source: ISO/IEC 23008-12, annex B and 10.2."""


def read_photo(path: str | PathLike[str]) -> Photo:
    """Read a photo as a person sees it: turned upright, in sRGB, without transparency, at a size that can be worked with.

    Args:
        path: a JPEG, PNG, WebP, HEIC/HEIF, AVIF, TIFF, BMP or GIF file; the content decides, not the name.

    Returns:
        the photo, at most about `WORKING_PIXELS` large; `reduction` says how much smaller than the file's picture.

    Raises:
        InputError: missing, unreadable, not a picture, damaged, or too large or too small to be a photo.
    """
    path = Path(path)
    with _open_file(path) as file:
        try:
            image = _open_picture(file, path.name)
            declared = max(image.size)
            pixels = _decode(image, path.name)
        except InputError:
            raise
        except Exception as error:  # decoders fed damaged bytes raise whatever they stumble over
            raise InputError(f"{path.name} is damaged and cannot be decoded ({_one_line(error)}).") from error
    return Photo(pixels, source=path.name, reduction=max(1.0, declared / max(pixels.shape[:2])))


def _open_file(path: Path) -> IO[bytes]:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe or a device could wait for ever
            raise InputError(f"{path} is not a file; a photo is needed (JPEG, PNG, WebP, HEIC, AVIF or TIFF).")
        file = path.open("rb")
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path!s:.200} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if 0 < status.st_size <= MAX_FILE_BYTES:
        return file
    file.close()
    raise InputError(
        f"{path.name} is empty." if status.st_size == 0 else f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MB."
    )


def _open_picture(file: IO[bytes], name: str) -> ImageFile.ImageFile:
    """The picture with its header read and its size found acceptable; no pixel is decoded yet."""
    opener = _opener_for(file.read(32))
    if opener is None:
        raise InputError(f"{name} is not a picture avatarkit can read: use JPEG, PNG, WebP, HEIC, AVIF or TIFF.")
    file.seek(0)
    image = opener(file)
    _check_size(image, name)
    return image


def _opener_for(prefix: bytes) -> Callable[[IO[bytes]], ImageFile.ImageFile] | None:
    """What opens a file that begins like this. The plug-ins are called directly because `Image.open` holds every picture
    against a global limit that rejects 200-megapixel JPEGs, and because it tries formats nobody takes photos in."""
    for starts_like_this, opener in _openers():
        if starts_like_this(prefix):
            return opener
    return None


@cache
def _openers() -> list[tuple[Callable[[bytes], bool], Callable[[IO[bytes]], ImageFile.ImageFile]]]:
    from PIL import (
        AvifImagePlugin,
        BmpImagePlugin,
        GifImagePlugin,
        JpegImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    return [
        (lambda b: b.startswith(b"\xff\xd8\xff"), JpegImagePlugin.JpegImageFile),
        (lambda b: b.startswith(b"\x89PNG\r\n\x1a\n"), PngImagePlugin.PngImageFile),
        (lambda b: b[:4] == b"RIFF" and b[8:12] == b"WEBP", WebPImagePlugin.WebPImageFile),
        (lambda b: b[4:8] == b"ftyp" and b[8:12] in (b"avif", b"avis"), AvifImagePlugin.AvifImageFile),
        (lambda b: b[4:8] == b"ftyp" and b[8:12] in _HEIF_BRANDS, _open_heif),
        (lambda b: b[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), TiffImagePlugin.TiffImageFile),
        (lambda b: b.startswith(b"BM"), BmpImagePlugin.BmpImageFile),
        (lambda b: b[:6] in (b"GIF87a", b"GIF89a"), GifImagePlugin.GifImageFile),
    ]


def _open_heif(file: IO[bytes]) -> ImageFile.ImageFile:
    from pi_heif.as_plugin import HeifImageFile

    return HeifImageFile(file)


def _check_size(image: ImageFile.ImageFile, name: str) -> None:
    width, height = image.size
    if min(width, height) < MIN_SIDE_PX:
        raise InputError(f"{name} is {width}x{height} pixels; a photo needs at least {MIN_SIDE_PX} on each side.")
    reducible = image.format == "JPEG" and not image.info.get("progressive")
    limit = MAX_PIXELS_REDUCIBLE if reducible else MAX_PIXELS
    if width * height > limit:
        kind = "baseline JPEG" if reducible else "this kind of file"
        raise InputError(f"{name} declares {width}x{height} pixels; at most {limit // 10**6} megapixels are read from {kind}.")


def _decode(image: ImageFile.ImageFile, name: str) -> np.ndarray:
    """(H, W, 3) uint8: decoded, reduced, sRGB, opaque, upright."""
    width, height = image.size
    excess = math.sqrt(width * height / WORKING_PIXELS)
    if excess > 1 and image.format == "JPEG":
        # The decoder's own scales are 1, 1/2, 1/4, 1/8; it takes the smallest that is not below what is asked for.
        image.draft(None, (math.ceil(width / excess), math.ceil(height / excess)))
    image.load()
    if min(image.size) < 1:
        raise InputError(f"{name} holds an empty picture.")
    orientation = _orientation(image)
    upright = _to_srgb(_to_eight_bits(_reduce(image)), image.info.get("icc_profile"))
    turn = _TURNS.get(orientation)
    return np.asarray(upright if turn is None else upright.transpose(turn))


def _reduce(image: Image.Image) -> Image.Image:
    excess = image.width * image.height / WORKING_PIXELS
    if excess <= WORKING_SLACK:
        return image
    size = (max(1, round(image.width / math.sqrt(excess))), max(1, round(image.height / math.sqrt(excess))))
    if image.mode in ("P", "1"):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    # every source pixel counts once: no aliasing, and cheap; whole steps go first, by the quickest way
    return image.resize(size, Image.Resampling.BOX, reducing_gap=REDUCING_GAP)


def _orientation(image: Image.Image) -> int:
    """The orientation tag, 1 where there is none or it cannot be read: a broken tag is no reason to refuse a picture."""
    try:
        return int(image.getexif().get(EXIF_ORIENTATION, 1))
    except Exception:  # the tag's parser meets damaged bytes, too
        return 1


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """The picture in one of L, RGB, CMYK, LAB, or these with alpha; deep greyscale is scaled, not clipped."""
    if image.mode.startswith("I;16"):
        return Image.fromarray(np.round(np.asarray(image) / 257.0).astype(np.uint8))
    if image.mode in ("I", "F"):
        return Image.fromarray(_scaled(np.asarray(image, dtype=np.float64)))
    if "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBa"):
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "RGBA", "CMYK", "LAB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _scaled(values: np.ndarray) -> np.ndarray:
    """Grey values of unknown range as uint8: white is 1.0, 255, 65535 or else the largest value, whichever holds them all."""
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).clip(min=0)
    largest = values.max(initial=0.0)
    white = next((white for white in (1.0, 255.0, 65535.0) if largest <= white), largest)
    return np.round(values * (255 / white)).astype(np.uint8)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """An opaque RGB picture; a broken or foreign profile is ignored, as picture viewers do."""
    if image.mode == "RGBA":
        backdrop = Image.new("RGB", image.size, (BACKDROP,) * 3)
        backdrop.paste(_to_srgb(image.convert("RGB"), profile), mask=image.getchannel("A"))
        return backdrop
    transform = _profile_transform(profile, image.mode)
    if transform is not None:
        return ImageCms.applyTransform(image, transform) or image
    return image.convert("RGB")


def _profile_transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """What brings the profile's colours to sRGB; `None` where nothing is to be done or the profile is of no use."""
    try:
        source = _lab_profile() if mode == "LAB" else ImageCms.ImageCmsProfile(BytesIO(profile)) if profile else None
        if source is None:
            return None
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
        return None if mode == "RGB" and _changes_nothing(transform) else transform
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _lab_profile() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    steps = np.linspace(0, 255, 6).astype(np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    moved = ImageCms.applyTransform(Image.fromarray(colours), transform)
    return moved is None or bool(np.abs(np.asarray(moved, int) - colours).max() <= PROFILE_TOLERANCE)


def _one_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:80].rstrip(".") or type(error).__name__
