"""Makes assets/surface_points.npz: where the rays that lay out clothes meet the average body."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from asset_sources import record_sources

from avatarkit.avatar.outfit import make_outfit
from avatarkit.avatar.outfit.make import OUTFITS
from avatarkit.avatar.surface_points import STORED_HITS, known_hits
from avatarkit.body.rest import rest_body

ASSETS = Path(__file__).resolve().parents[1]


def main() -> None:
    (ASSETS / STORED_HITS).unlink(missing_ok=True)
    wear_everything()
    chosen, weights = zip(*known_hits().values(), strict=True)
    np.savez_compressed(
        ASSETS / STORED_HITS,
        keys=np.array(list(known_hits()), np.uint64),
        ends=np.cumsum([len(part) for part in chosen]).astype(np.int32),
        triangles=np.concatenate(chosen).astype(np.uint16),
        weights=np.concatenate(weights),
    )
    record_sources(ASSETS, [STORED_HITS], "computed from body.npz", "CC0-1.0", "assets/scripts/build_surface_points.py")


def wear_everything() -> None:
    """Lay out every outfit."""
    rest = rest_body({})
    for pieces in OUTFITS.values():
        make_outfit(pieces, {}, rest)


if __name__ == "__main__":
    main()
