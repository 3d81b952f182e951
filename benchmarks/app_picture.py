"""The README's pictures of the web app, taken of an app that runs and has drawn its cards: one large, and the way of a visitor.

python -m benchmarks.app_picture http://127.0.0.1:7860 PHOTO FILM benchmarks/gallery
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from tests.judges import _chromium, _run_node

SIZE_PX = (1440, 900)
SHOWN_PX, STEP_PX = (1100, 688), (550, 344)
STEPS = ("photo", "shape", "outfit", "dance")
QUALITY = 88  # of JPEG: letters stay clean
STYLE, OUTFIT = "anime-soft", "Business"


def main() -> None:
    """Take the pictures: app.jpg and tour.jpg in the folder."""
    address, photo, film, folder = sys.argv[1:]
    with TemporaryDirectory() as taken:
        wanted = {
            "address": address,
            "browser": _chromium(),
            "style": STYLE,
            "outfit": OUTFIT,
            "size": SIZE_PX,
            "folder": taken,
        }
        wanted |= {"photo": str(Path(photo).resolve()), "film": str(Path(film).resolve())}
        _run_node("page_picture.mjs", json.dumps(wanted))
        large = Image.open(Path(taken) / "style.png").convert("RGB").resize(SHOWN_PX, Image.Resampling.LANCZOS)
        tour = Image.new("RGB", SHOWN_PX)
        for number, step in enumerate(STEPS):
            small = Image.open(Path(taken) / f"{step}.png").convert("RGB").resize(STEP_PX, Image.Resampling.LANCZOS)
            tour.paste(small, (number % 2 * STEP_PX[0], number // 2 * STEP_PX[1]))
    for name, shown in (("app", large), ("tour", tour)):
        shown.save(Path(folder) / f"{name}.jpg", quality=QUALITY, optimize=True)


if __name__ == "__main__":
    main()
