"""Random people to dress."""

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody, rest_body

BODY_EXTREMES = (
    {"sex": -1.0, "weight": 1.0},
    {"sex": 1.0, "weight": 1.0, "muscle": 1.0, "height": 1.0},
    {"sex": -1.0, "weight": -1.0, "muscle": -1.0, "height": -1.0},
    {"sex": 1.0, "weight": -1.0, "age": 1.0},
    {"sex": -1.0, "bust-girth": 1.0},
    {"age": -0.625},
    {"sex": -1.0, "weight": -0.3, "bust-girth": 0.5},
)
HEAD_GROUPS = ("contour", "forehead", "brows", "ears", "cheeks", "chin")


def random_head(seed: int) -> RestBody:
    """A person whose head sliders are drawn anew, symmetric, some at their ends."""
    random = np.random.default_rng(seed)
    names = {
        slider.name.removesuffix("-left").removesuffix("-right")
        for slider in load_body().sliders.values()
        if slider.group in HEAD_GROUPS
    }
    return rest_body({name: float(np.clip(random.normal(0.0, 0.5), -1.0, 1.0)) for name in sorted(names)})
