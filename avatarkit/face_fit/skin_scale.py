"""Skin colour on scales that people know. It says what a colour is, and is used for nothing else."""

from __future__ import annotations

import numpy as np

from avatarkit.face_fit.light import hex_lab

MONK_TONES = ("#f6ede4", "#f3e7db", "#f7ead0", "#eadaba", "#d7bd96", "#a07e56", "#825c43", "#604134", "#3a312a", "#292420")
"""The ten tones of the Monk Skin Tone scale, lightest first. Source: Ellis Monk, skintone.google."""


def monk_tone(color: str) -> int:
    """1..10: the tone of the Monk scale nearest to "#rrggbb" in CIELAB."""
    distances = [float(np.linalg.norm(hex_lab(tone) - hex_lab(color))) for tone in MONK_TONES]
    return 1 + int(np.argmin(distances))
