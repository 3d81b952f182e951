"""Light that has been through skin: hollows are darker and warm, thin flesh such as ears and nostrils is red.

No file format of ours lets light through surfaces, so it is part of the skin's colour. Both are stored for the average head,
and neutral in the middle of the cheeks, whose colour is the tone.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from avatarkit.avatar.skin_fields import HEAD_SIZE, head_fields, of_cheeks, stored_scatter

_LEFT = np.array([0.60, 1.08, 1.14])
"""Exponents of the share of light that arrives, sRGB: red goes farthest through skin and comes back from where light falls."""
_DARKEST = 0.30  # of the light that cheeks have: where less arrives, as in nostrils, the skin's own pattern is dark already
_BRIGHTEST = 1.06
_THIN = np.array([0.018, -0.048, -0.042])  # what flesh as thin as an ear adds to the factors of sRGB
_THIN_RANGE = 0.55  # of what is stored, above the cheeks'


def scattered(picture: np.ndarray, strength: float) -> np.ndarray:
    """Skin (1024, 1024, 3) float32 sRGB 0..255 as light from all around shows it.

    Args:
        picture: evenly lit.
        strength: 0..1.
    """
    return picture * _factor(strength)


@lru_cache(maxsize=2)
def _factor(strength: float) -> np.ndarray:
    """(1024, 1024, 3) float32: factors of sRGB."""
    light, thin = stored_scatter()
    levels = np.arange(256) / 255.0
    share = np.clip(levels[:, None] / (of_cheeks(light) / 255.0), _DARKEST, _BRIGHTEST) ** (strength * _LEFT)
    redness = np.clip((levels - of_cheeks(thin) / 255.0) / _THIN_RANGE, 0.0, 1.0)[:, None] * (strength * _THIN)
    shade, flush = (table.astype(np.float32).reshape(256, 1, 3) for table in (share - 1.0, redness))
    change = cv2.add(cv2.LUT(cv2.merge([light] * 3), shade), cv2.LUT(cv2.merge([thin] * 3), flush))
    large = cv2.resize(change, (HEAD_SIZE, HEAD_SIZE), interpolation=cv2.INTER_LINEAR)
    skin = head_fields().skin * (1.0 - head_fields().inside)
    return np.asarray(1.0 + large * cv2.merge([skin] * 3))
