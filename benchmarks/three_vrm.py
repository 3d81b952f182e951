"""python -m benchmarks.three_vrm FOLDER: does three-vrm take every VRM of a folder, and does it live there?

Each file is loaded by three-vrm in headless Chromium and shaken: no warning may come, springs swing, gaze turns the eyes, the
wearer's own camera sees no head. With --pictures FOLDER it is left there as seen near, whole and from afar.
`python -m benchmarks.platforms --quick --outfits all --files FOLDER` makes the files.
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from avatarkit.export.statistics import measure
from avatarkit.gltf.reading import read_document
from benchmarks.results import OUT, Figure, figure_table, kept, table, write_results
from tests.judges import Movement, three_vrm_moving

SHAKEN_S = 0.35
"""After so long of shaking, hair is away from where it hung."""

SWUNG_DEG, GLANCE_DEG = 1.0, 3.0
"""From where on a strand has swung, and an eye has turned after a wish of 40 degrees."""

HEADLESS = 0.4
"""What the wearer's own view of where the head would be varies at most, over what others see there."""

SIZE_PX = 400
VIEWS = ("head", "whole", "far")
COLUMNS = ("file", "loads", "springs", "eyes", "first person")


def main() -> None:
    options = _options()
    rows = [
        kept(options.keep, path.stem, partial(_row, path, options.pictures)) for path in sorted(options.folder.glob("*.vrm"))
    ]
    wrong = [row for row in rows if not all(row[column] in (True, None) for column in COLUMNS[1:])]
    print(table([tuple(_said(row[column]) for column in COLUMNS) for row in wrong], COLUMNS))
    figures = [Figure(f"{what}: share of files", _share(rows, what), "", 1.0, "least") for what in COLUMNS[1:]]
    print("\n" + figure_table([*figures, Figure("files", len(rows))]))
    write_results(options.output, figures, {"rows": rows})


def _row(path: Path, pictures: Path | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) if pictures is None else pictures / path.stem
        seen = three_vrm_moving(path, (SHAKEN_S,), folder=place, views=VIEWS, size=(SIZE_PX, SIZE_PX))
        swings = measure(read_document(path), path.stat().st_size)["spring_joints"] > 0
        return {
            "file": path.stem,
            "loads": not seen.problems,
            "springs": _swung(seen) if swings else None,
            "eyes": _turned(seen),
            "first person": _headless(place),
        }


def _swung(seen: Movement) -> bool:
    """Whether any strand turned."""
    [moment] = seen.moments
    return max((_degrees(moment[name], seen.settled[name]) for name in moment), default=0.0) > SWUNG_DEG


def _turned(seen: Movement) -> bool:
    """Whether bones or expressions turned the eyes."""
    ahead, aside = seen.gaze["0,0"], seen.gaze["40,0"]
    looked = any(aside["weights"][name] != weight for name, weight in ahead["weights"].items())
    return looked or _degrees(aside["leftEye"], ahead["leftEye"]) > GLANCE_DEG


def _headless(folder: Path) -> bool:
    """Whether the wearer's camera sees nothing where others see a face."""
    middle = slice(SIZE_PX // 3, 2 * SIZE_PX // 3)
    third, first = (np.asarray(Image.open(folder / f"{name}.png").convert("L"), float) for name in ("third", "first"))
    return bool(first[middle, middle].std() < HEADLESS * third[middle, middle].std())


def _degrees(one: list[float], other: list[float]) -> float:
    return float(np.degrees(2.0 * np.arccos(np.clip(abs(np.dot(one, other)), 0.0, 1.0))))


def _share(rows: list[dict[str, Any]], column: str) -> float:
    known = [row[column] for row in rows if row[column] is not None]
    return float(np.mean(known)) if known else 1.0


def _said(value: object) -> str:
    return {True: "yes", False: "NO", None: "none"}.get(value, str(value)) if isinstance(value, bool | None) else str(value)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.three_vrm", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the VRMs are")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave each file's figures there, and use those that are")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="leave pictures there, one folder for each file")
    parser.add_argument("--output", type=Path, default=OUT / "three_vrm.json", help="where the JSON goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
