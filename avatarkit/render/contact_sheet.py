"""Many pictures on one sheet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_GAP_PX = 8
_PAPER, _INK = (250, 250, 250), (40, 40, 40)


def contact_sheet(images: Sequence[np.ndarray], columns: int, labels: Sequence[str] = ()) -> np.ndarray:
    """Pictures in rows, left to right, each with a line of text below.

    Args:
        images: (H, W, 3 or 4) uint8 each; smaller ones are centred in their cell, transparent ones lie on white.
        columns: pictures in a row.
        labels: one per picture, or none at all.

    Returns:
        (H, W, 3) uint8.
    """
    if labels and len(labels) != len(images):
        raise ValueError(f"{len(images)} images need as many labels or none, not {len(labels)}")
    if columns < 1 or not images:
        raise ValueError("a contact sheet needs an image and a column")
    height, width = (max(image.shape[axis] for image in images) for axis in (0, 1))
    text_px = max(12, width // 24)
    font = ImageFont.load_default(size=text_px)
    line = int(text_px * 1.6) if labels else 0
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (_GAP_PX + columns * (width + _GAP_PX), _GAP_PX + rows * (height + line + _GAP_PX)), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for number, pixels in enumerate(images):
        row, column = divmod(number, columns)
        left, top = _GAP_PX + column * (width + _GAP_PX), _GAP_PX + row * (height + line + _GAP_PX)
        picture = Image.fromarray(pixels)
        corner = left + (width - picture.width) // 2, top + (height - picture.height) // 2
        sheet.paste(picture, corner, picture if picture.mode == "RGBA" else None)
        if labels:
            draw.text(
                (left + width / 2, top + height + line / 2), _fitting(labels[number], font, width), _INK, font, anchor="mm"
            )
    return np.asarray(sheet)


def _fitting(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float) -> str:
    """`text`, cut to `width` pixels."""
    while text and font.getlength(text) > width:
        text = text[:-2] + "…" if len(text) > 2 else ""
    return text
