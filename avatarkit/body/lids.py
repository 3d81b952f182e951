"""Where the edges of the lids are in the mesh."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.body.body import load_body

SIDES = ("left", "right")

_MARGIN_RINGS = 3  # rings of vertices from where the socket begins to the edge of the lid that is seen


@cache
def lid_margins(side: str) -> tuple[np.ndarray, np.ndarray]:
    """Vertices along the edge of the upper and of the lower lid of one eye, corner to corner, beginning at the nose."""
    body = load_body()
    head, socket = body.parts["head"].quads, body.parts[f"socket-{side}"].quads
    ring = seen = np.intersect1d(head, socket)
    for _ in range(_MARGIN_RINGS):
        touching = head[np.isin(head, ring).any(axis=1)]
        ring, seen = np.setdiff1d(touching, seen), np.union1d(seen, touching)
    position = body.positions[ring] * [1.0 if side == "left" else -1.0, 1.0, 1.0]
    middle = position.mean(axis=0)
    around = np.arctan2(position[:, 1] - middle[1], position[:, 0] - middle[0])
    inner, outer = around[np.argmin(position[:, 0])], around[np.argmax(position[:, 0])]
    # Angles rise from the outer corner over the upper lid to the inner corner, and on along the lower lid.
    past_outer = np.mod(around - outer, 2.0 * np.pi)
    order = np.argsort(past_outer)
    is_upper = past_outer[order] <= np.mod(inner - outer, 2.0 * np.pi)
    upper, lower = ring[order][is_upper][::-1], ring[order][~is_upper]
    return upper, np.concatenate([upper[:1], lower, upper[-1:]])
