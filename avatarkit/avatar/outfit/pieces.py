"""All there is to wear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from avatarkit.avatar.outfit.cloth import Sheet
from avatarkit.avatar.outfit.fabric import Finish
from avatarkit.avatar.outfit.garment import Worn
from avatarkit.body.rest import RestBody


class Wearable(Protocol):
    """How a piece is made for somebody."""

    def worn(self, rest: RestBody, below: Sequence[Sheet]) -> Worn:
        """The piece on somebody, over what they wear already."""

    def covers(self, places: np.ndarray) -> np.ndarray:
        """(N,) bool: which places (N, 3) on the average body are under it wherever the body moves."""


@dataclass(frozen=True)
class WardrobePiece:
    """One thing to wear.

    Attributes:
        slots: where it is worn, and what else it takes the place of.
        colors: part -> the colour "#rrggbb" it is designed in, the main part first.
        layer: pieces of a higher one lie over those of a lower one.
        make: how it is made.
        finishes: part -> what it is made of.
    """

    slots: tuple[str, ...]
    colors: Mapping[str, str]
    layer: int
    make: Wearable
    finishes: Mapping[str, Finish] = field(default_factory=dict)

    @property
    def slot(self) -> str:
        """Where it is worn."""
        return self.slots[0]
