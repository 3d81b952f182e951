"""What a family of styles makes of a person's shape: everybody becomes a figure of its kind and stays the one they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.shape import checked_sliders


@dataclass(frozen=True)
class StylisedShape:
    """A family's proportions, and how strongly a person's own departure from the average shows in each part.

    Attributes:
        figure: slider -> value of the family's average figure.
        keep: group of sliders -> factor on a person's own values, 1 where it is not named.
    """

    figure: Mapping[str, float] = field(default_factory=dict)
    keep: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "figure", checked_sliders(self.figure))


def stylised_sliders(sliders: Mapping[str, float], shape: StylisedShape) -> dict[str, float]:
    """The sliders of a person as a figure of the family, within their ranges."""
    known = load_body().sliders
    values = {
        name: shape.figure.get(name, 0.0) + shape.keep.get(known[name].group, 1.0) * sliders.get(name, 0.0)
        for name in {*shape.figure, *sliders}
    }
    return {name: float(np.clip(value, known[name].low, known[name].high)) for name, value in values.items()}
