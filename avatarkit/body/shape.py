"""Sliders to a shaped body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from avatarkit.body.body import Body, load_body, load_macro_targets
from avatarkit.body.macro import MACRO_SLIDERS, macro_weights
from avatarkit.errors import UsageError, unknown_name

SIDES = ("-left", "-right")


@dataclass(frozen=True)
class BodyShape:
    """One person's body in the data's own pose.

    Attributes:
        positions: (V, 3) metres, +Y up, facing +Z.
        joint_heads, joint_tails: (55, 3) metres: where each human bone begins and ends.
    """

    positions: np.ndarray
    joint_heads: np.ndarray
    joint_tails: np.ndarray


def checked_sliders(values: Mapping[str, float], body: Body | None = None) -> dict[str, float]:
    """Slider values with symmetric names spelt out, checked.

    A name without "-left" or "-right" sets both sides of a sided slider.

    Raises:
        UsageError: an unknown name (the nearest ones are named), or a value that is no number within the slider's range.
    """
    body = body or load_body()
    result: dict[str, float] = {}
    for name, value in values.items():
        targets = [name] if name in body.sliders else [name + side for side in SIDES if name + side in body.sliders]
        if not targets:
            raise unknown_name("slider", name, body.sliders)
        slider = body.sliders[targets[0]]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not slider.low <= value <= slider.high:
            raise UsageError(f"Slider {name!r} must be a number from {slider.low:g} to {slider.high:g}, not {value!r}.")
        result |= {target: float(value) for target in targets}
    return result


def detail_coefficients(body: Body, sliders: Mapping[str, float]) -> np.ndarray:
    """(2K,) weights of the negative and positive ends of the plain sliders."""
    coefficients = np.zeros(2 * len(body.detail_columns), np.float32)
    for name, value in sliders.items():
        if name in body.detail_columns and value:
            coefficients[2 * body.detail_columns[name] + (value > 0)] = abs(value)
    return coefficients


def macro_offset(sliders: Mapping[str, float]) -> np.ndarray | float:
    """(3V,) metres: what the macro sliders change against the average person; 0 if none is moved."""
    if not any(sliders.get(name) for name in MACRO_SLIDERS):
        return 0.0
    targets = load_macro_targets()
    difference = np.zeros(len(targets.offsets), np.float32)
    for sign, weights in ((1.0, macro_weights(sliders)), (-1.0, macro_weights({}))):
        for name, weight in weights.items():
            if name in targets.rows:
                difference[targets.rows[name]] += sign * weight
    return difference @ targets.offsets


def shape_body(sliders: Mapping[str, float], body: Body | None = None) -> BodyShape:
    """The body that the given sliders mold.

    Args:
        sliders: slider name -> value, checked by `checked_sliders` here.
        body: the loaded body, if at hand.

    Raises:
        UsageError: as `checked_sliders`.
    """
    body = body or load_body()
    values = checked_sliders(sliders, body)
    change = body.slider_offsets @ detail_coefficients(body, values) + macro_offset(values)
    positions = body.positions + change.reshape(-1, 3)
    return BodyShape(positions, body.joint_heads @ positions, body.joint_tails @ positions)
