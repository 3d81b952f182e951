"""Where a body is, seen from the camera: never behind it, nor nearer than anybody films."""

from __future__ import annotations

MIN_DEPTH_M = 0.15
"""Nobody films anybody from nearer: less is a mistaken scale."""
