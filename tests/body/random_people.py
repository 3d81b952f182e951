"""People to try laws on: the same every time."""

from __future__ import annotations

import numpy as np

from avatarkit.avatar.style import FACE_GROUPS
from avatarkit.body.body import load_body


def random_face(seed: int, spread: float = 0.45) -> dict[str, float]:
    """Every face slider at once, normally distributed and cut at the ends of its range."""
    random = np.random.default_rng(seed)
    names = [name for name, slider in load_body().sliders.items() if slider.group in FACE_GROUPS]
    return {name: float(np.clip(random.normal(0.0, spread), -1.0, 1.0)) for name in names}


def random_person(seed: int) -> dict[str, float]:
    """A random face on a random build."""
    random = np.random.default_rng(seed + 1000)
    build = {name: float(random.uniform(-0.6, 0.9)) for name in ("sex", "age", "muscle", "weight", "height", "proportions")}
    return random_face(seed, 0.3) | build
