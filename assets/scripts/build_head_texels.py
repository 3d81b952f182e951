"""Makes assets/head_texels.npz: which triangle lies below each texel of the head's picture, with a border around each piece."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from asset_sources import record_sources

from avatarkit.body.body import load_body
from avatarkit.body.texture_space import STORED_SIZE, head_triangles

ASSETS = Path(__file__).resolve().parents[1]
BORDER_TEXELS = 8  # so that filtering and smaller mip levels never reach outside
SUBPIXEL_BITS = 8


def main() -> None:
    body = load_body()
    _, corners = head_triangles(body)
    image = np.zeros((STORED_SIZE, STORED_SIZE), np.int32)
    points = np.round((body.uvs[corners] * STORED_SIZE - 0.5) * 2**SUBPIXEL_BITS).astype(np.int32)
    for number, triangle in enumerate(points, 1):
        cv2.fillConvexPoly(image, triangle, number, lineType=8, shift=SUBPIXEL_BITS)
    for _ in range(BORDER_TEXELS):
        grown = cv2.dilate(image.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.int32)
        image = np.where(image > 0, image, grown)
    np.savez_compressed(ASSETS / "head_texels.npz", triangles=image.astype(np.uint16))
    record_sources(ASSETS, ["head_texels.npz"], "computed from body.npz", "CC0-1.0", "assets/scripts/build_head_texels.py")


if __name__ == "__main__":
    main()
