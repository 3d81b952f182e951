"""The README's pictures of the web app, taken of an app that runs and has drawn its cards: one large, and the way of a visitor.

python -m benchmarks.app_picture http://127.0.0.1:7860 PHOTO FILM benchmarks/gallery
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from avatarkit.media.read_video import open_video
from tests.judges import _chromium, _run_node

SIZE_PX = (1440, 900)
SHOWN_PX, STEP_PX = (1100, 688), (550, 344)
STEPS = ("shape", "outfit", "dance", "live")
QUALITY = 88  # of JPEG: letters stay clean
STYLE, OUTFIT = "anime-soft", "Business"
CAMERA_PICTURES = 60


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
        _run_node("page_picture.mjs", json.dumps(wanted | {"camera": str(_camera(Path(film), Path(taken)))}))
        large = Image.open(Path(taken) / "style.png").convert("RGB").resize(SHOWN_PX, Image.Resampling.LANCZOS)
        tour = Image.new("RGB", SHOWN_PX)
        for number, step in enumerate(STEPS):
            small = Image.open(Path(taken) / f"{step}.png").convert("RGB").resize(STEP_PX, Image.Resampling.LANCZOS)
            tour.paste(small, (number % 2 * STEP_PX[0], number // 2 * STEP_PX[1]))
    for name, shown in (("app", large), ("tour", tour)):
        shown.save(Path(folder) / f"{name}.jpg", quality=QUALITY, optimize=True)


def _camera(film: Path, folder: Path) -> Path:
    """The film's first pictures, as the browser's pretended webcam shows them."""
    path = folder / "camera.mjpeg"
    with path.open("wb") as camera, open_video(film) as reader:
        for _, frame in zip(range(CAMERA_PICTURES), reader, strict=False):
            Image.fromarray(frame.pixels).save(camera, "JPEG", quality=90)
    return path


if __name__ == "__main__":
    main()
