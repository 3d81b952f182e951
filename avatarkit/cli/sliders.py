"""`avatarkit sliders`: what there is to set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

import avatarkit as ak
from avatarkit.errors import UsageError

if TYPE_CHECKING:
    from avatarkit.body.body import Slider


def sliders(as_json: Annotated[bool, typer.Option("--json", help="A list of objects.")] = False) -> str:
    """List the sliders, by the part of a person they mold."""
    known = list(ak.load_body().sliders.values())
    if as_json:
        return json.dumps([asdict(slider) for slider in known], indent=2)
    groups = dict.fromkeys(slider.group for slider in known)
    return "\n\n".join("\n".join([group, *(_line(s) for s in known if s.group == group)]) for group in groups)


def _line(slider: Slider) -> str:
    return f"  {slider.name:<32} {slider.low:g} .. {slider.high:g}  {slider.help}".rstrip()


def slider_values(settings: Sequence[str]) -> dict[str, float]:
    """The sliders that options like `nose-width=0.3` name; the last of several for one slider counts.

    Raises:
        UsageError: no name, no number, no such slider, or a value out of its range.
    """
    from avatarkit.body.shape import checked_sliders

    return dict(checked_sliders(dict(_slider_value(setting) for setting in settings))) if settings else {}


def _slider_value(setting: str) -> tuple[str, float]:
    name, _, text = setting.partition("=")
    try:
        return name.strip(), float(text)
    except ValueError:
        raise UsageError(f"--set {setting} is not SLIDER=VALUE, for example nose-width=0.3.") from None
