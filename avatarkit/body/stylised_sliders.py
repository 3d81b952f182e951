"""Names and ranges of the sliders beyond what a person can be."""

from __future__ import annotations

from collections.abc import Mapping

FACE_SLIDERS: Mapping[str, tuple[float, str]] = {
    "big-eyes": (0.0, "eyes from a person's (0) to nearly twice as large (1)"),
    "tall-eyes": (-1.0, "lids from closer together (-1) to far apart (1)"),
    "round-eyes": (0.0, "eyes from a person's (0) to round ones (1)"),
    "low-eyes": (-1.0, "eyes higher (-1) or lower (1) in the face"),
    "small-nose": (0.0, "nose from a person's (0) to a hint of one (1)"),
    "small-mouth": (-1.0, "mouth from larger (-1) to half as large (1)"),
    "smiling": (0.0, "resting mouth from a person's (0) to a smile (1)"),
    "bold-expressions": (0.0, "expressions from a person's (0) to a drawn figure's (1)"),
    "small-chin": (-1.0, "lower face from longer (-1) to short (1)"),
    "pointed-chin": (-1.0, "lower face from broader (-1) to tapering to a point (1)"),
    "flat-face": (0.0, "relief of the face from a person's (0) to a drawn figure's (1)"),
    "smooth-face": (0.0, "sockets, folds and hollows from a person's (0) to none (1)"),
    "round-cheeks": (0.0, "cheeks from a person's (0) to round ones (1)"),
    "big-head": (-0.3, "head from smaller (-0.3) to half as large again (1)"),
}
FIGURE_SLIDERS: Mapping[str, tuple[float, str]] = {
    "slim-neck": (-1.0, "neck from thicker (-1) to a stalk (1)"),
    "slim-limbs": (-1.0, "arms and legs from thicker (-1) to slender (1)"),
    "slim-waist": (-1.0, "waist from wider (-1) to a wasp's (1)"),
    "broad-shoulders": (-1.0, "shoulders from narrow (-1) to broad (1)"),
    "long-legs": (-1.0, "legs from short (-1) to long (1)"),
    "small-body": (0.0, "all below the head from a person's (0) to two thirds as large (1)"),
    "big-hands": (-1.0, "hands from small (-1) to large (1)"),
    "big-feet": (-1.0, "feet from small (-1) to large (1)"),
}
STYLISED_SLIDERS: Mapping[str, tuple[float, str]] = {**FACE_SLIDERS, **FIGURE_SLIDERS}
"""Name -> low end, what it does. Each goes up to 1; 0 changes nothing at all."""

ACTING_SLIDERS = ("bold-expressions",)
"""Those of them that show in expressions alone."""
