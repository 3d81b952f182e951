"""Macro sliders mix modelled corners."""

from __future__ import annotations

import pytest

from avatarkit.body.macro import MACRO_SLIDERS, macro_weights

BUILDS = [{}, {"sex": 0.3, "age": -0.4, "muscle": 0.9, "weight": -0.2}, dict.fromkeys(MACRO_SLIDERS, 1.0), {"age": -0.625}]


def family(weights: dict[str, float], first: str, parts: int) -> float:
    return sum(weight for name, weight in weights.items() if name.startswith(first) and name.count("-") == parts - 1)


@pytest.mark.parametrize("sliders", BUILDS)
def test_the_weights_of_each_combination_of_corners_sum_to_one(sliders):
    weights = macro_weights(sliders)
    assert family(weights, "universal-", 5) == pytest.approx(1.0)
    ancestries = sum(family(weights, f"{name}-", 3) for name in ("african", "asian", "caucasian"))
    assert ancestries == pytest.approx(1.0)


def test_ancestry_is_always_mixed_evenly():
    weights = macro_weights({"sex": 1.0, "age": 0.0})
    shares = {name: weights[f"{name}-male-young"] for name in ("african", "asian", "caucasian")}
    assert all(share == pytest.approx(1 / 3) for share in shares.values())


def test_a_slider_at_a_corner_takes_that_corner_alone():
    names = {name for name, weight in macro_weights({"sex": -1.0, "age": 1.0}).items() if weight > 0}
    assert not any("-male" in name or "young" in name for name in names)


def test_a_value_out_of_range_is_our_own_mistake():
    with pytest.raises(ValueError, match="age"):
        macro_weights({"age": 1.5})
