"""The README's picture of the web app, taken of an app that runs and has drawn its cards.

python -m benchmarks.app_picture http://127.0.0.1:7860 PHOTO benchmarks/gallery/app.jpg
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PIL import Image

from tests.judges import _chromium, _run_node

SIZE_PX = (1440, 900)
SHOWN_PX = (1100, 688)
QUALITY = 88  # of JPEG: letters stay clean
STYLE = "anime-soft"


def main() -> None:
    """Take the picture."""
    address, photo, picture = sys.argv[1:]
    wanted = {"address": address, "browser": _chromium(), "style": STYLE, "size": SIZE_PX}
    wanted |= {"photo": str(Path(photo).resolve()), "picture": str(Path(picture).resolve())}
    _run_node("page_picture.mjs", json.dumps(wanted))
    Image.open(picture).resize(SHOWN_PX, Image.Resampling.LANCZOS).save(picture, quality=QUALITY, optimize=True)


if __name__ == "__main__":
    main()
