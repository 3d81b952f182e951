"""How often to look again for what was not found: at once, then now and then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

EAGER = 3
"""Attempts one after another; what is merely blurred comes back within them."""

PATIENCE_S = 0.08
"""Between later attempts: nothing that stays hidden should cost time in each picture, and nobody sees so short a delay."""


@dataclass(frozen=True)
class Attempts:
    """Attempts in vain since the thing was seen.

    Attributes:
        count: how many.
        last_s: when the last was.
    """

    count: int = 0
    last_s: float = -np.inf

    def are_due(self, time_s: float) -> bool:
        """Whether it is time for another."""
        return self.count < EAGER or time_s - self.last_s >= PATIENCE_S

    def after_another(self, time_s: float) -> Attempts:
        """With one more in vain."""
        return Attempts(self.count + 1, time_s)
