"""How long tests wait for other threads and processes: longer than any machine needs, so that only what never comes fails."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 120.0


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)
