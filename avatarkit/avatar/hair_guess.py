"""Which of our hair styles comes nearest to what a photo shows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from avatarkit.face_fit.hair_look import NO_LENGTH, HairLook


@dataclass(frozen=True)
class _Typical:
    """How a style looks in a photo, in the terms of `HairLook`."""

    length: float
    volume: float
    cover: float
    hairline: float
    crown: float


_STYLES: tuple[tuple[str, _Typical], ...] = (
    ("bald", _Typical(NO_LENGTH, 0.0, 0.05, 0.30, 0.0)),
    ("buzz", _Typical(NO_LENGTH, 0.05, 0.5, 0.10, 0.6)),
    ("crew", _Typical(NO_LENGTH, 0.12, 0.65, 0.12, 0.6)),
    ("receding", _Typical(NO_LENGTH, 0.2, 0.6, 0.22, 0.3)),
    ("short", _Typical(NO_LENGTH, 0.25, 0.8, 0.07, 0.8)),
    ("side-part", _Typical(NO_LENGTH, 0.35, 0.75, 0.14, 0.7)),
    ("slicked-back", _Typical(NO_LENGTH, 0.35, 0.70, 0.20, 0.6)),
    ("slicked-back", _Typical(NO_LENGTH, 0.25, 0.63, 0.17, 0.62)),
    ("ponytail", _Typical(NO_LENGTH, 0.35, 0.8, 0.15, 0.65)),
    ("feathered", _Typical(-0.5, 0.56, 0.95, 0.0, 0.8)),
    ("pixie", _Typical(-0.4, 0.45, 0.92, 0.10, 0.8)),
    ("bob", _Typical(-0.1, 0.55, 0.9, 0.15, 0.8)),
    ("feathered", _Typical(-0.1, 0.65, 0.9, 0.05, 0.8)),
    ("feathered", _Typical(-0.05, 0.80, 0.8, 0.20, 0.75)),
    ("lob", _Typical(0.3, 0.5, 0.85, 0.15, 0.8)),
    ("long", _Typical(0.8, 0.5, 0.8, 0.15, 0.8)),
    ("bangs", _Typical(0.8, 0.5, 0.9, 0.02, 0.8)),
)
"""Judged by eye on photos. Curls and partings cannot be told from a hair's outline, so only plain styles stand here."""

_WIDTHS = _Typical(0.35, 0.3, 0.35, 0.06, 0.25)
_FULL_FRINGE = 0.35  # of the forehead
_TIED = "ponytail"
_BALD_COVER, _THIN_CROWN, _BARE_CROWN, _SHADE_BELOW = 0.7, 0.55, 0.2, 0.05
"""In black and white shade around a bald skull looks like hair: what of the crown is bare then tells more, and hair that
begins low and still leaves half of it bare is shade."""
_BARE, _MORE_THAN_EARS = 0.3, 0.22
_BARE_SKULL = 0.45  # room above the brows: hair adds to it, a bald head has less
_CUT = 0.12  # room above the brows; with less the photo was cut, and nothing above is known


def guess_hair(look: HairLook | None, styles: list[str], colorless: bool) -> str | None:
    """The style nearest to what was seen, or None where too little was.

    Args:
        look: what the photo shows.
        styles: what there is to choose from.
        colorless: a photo in black and white, where grey hair cannot be told from skin.
    """
    if look is None or look.room < _CUT:
        return None
    if look.cover < _BARE and ((colorless and look.room > _BARE_SKULL) or look.beside > _MORE_THAN_EARS):
        return None  # hair as light as the skin
    if look.covered:
        return None
    known = [(name, typical) for name, typical in _STYLES if name in styles]
    unlike = "bangs" if look.fringe < _FULL_FRINGE else _TIED  # tied hair leaves the forehead free
    known = [(name, typical) for name, typical in known if name != unlike]
    if look.tied and _TIED in styles and not colorless:
        return _TIED
    if colorless and look.cover < _BALD_COVER and look.crown < _THIN_CROWN:
        bare = look.crown < _BARE_CROWN or look.hairline < _SHADE_BELOW
        return "bald" if bare else "receding"
    if colorless:  # dark clothes and rooms look like hair that hangs
        known = [(name, typical) for name, typical in known if typical.length == NO_LENGTH]
        look = replace(look, length=NO_LENGTH)
    return min(known, key=lambda each: _distance(look, each[1]), default=(None, None))[0]


def _distance(look: HairLook, typical: _Typical) -> float:
    return sum(
        ((getattr(look, each.name) - getattr(typical, each.name)) / getattr(_WIDTHS, each.name)) ** 2
        for each in fields(typical)
    )
