"""python -m benchmarks.create: seconds from photo to VRM, stage by stage, and the size of the files."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import avatarkit as ak
from avatarkit.export.files import WRITERS
from avatarkit.whole_files import write_whole
from benchmarks.results import OUT, Figure, figure_table, figures_before, how_busy, machine, table, write_results

WARM_GOAL_S, COLD_GOAL_S, GLB_GOAL_MB = 1.5, 6.0, 8.0
STAGES = ("read_photo", "track_face", "fit_face", "make_recipe", "build_avatar", "vrm_bytes", "write")


def main() -> None:
    options = _options()
    before = figures_before(options.output)
    print(f"photo: {options.photo.name}; machine: {machine()}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        cold = [_cold_run(options.photo, Path(folder)) for _ in range(options.cold)]
        warm = [_warm_run(options.photo, Path(folder)) for _ in range(options.warm + 1)]
        sizes, skin_px = _sizes(options.photo, Path(folder))
    first, warm = warm[0], warm[1:]
    print("\n" + _stage_table(cold, first, warm))
    figures = _figures(cold, warm, sizes, skin_px)
    print("\n" + figure_table(figures, before))
    details = {"photo": options.photo.name, "cold": cold, "first": first, "warm": warm, "bytes": sizes}
    write_results(options.output, figures, details)
    print(f"\n{how_busy()}; written to {options.output}")


def _cold_run(photo: Path, folder: Path) -> dict[str, float]:
    """Seconds of the command's own steps, and of the whole process from start to end."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "avatarkit", "create", photo, "-o", folder / "cold.vrm", "--report", report]
    start = perf_counter()
    subprocess.run(command, check=True)
    total = perf_counter() - start
    steps = json.loads(report.read_text())["seconds"]
    return {**steps, "outside the steps": total - steps["total"], "total": total}


def _warm_run(photo: Path, folder: Path) -> dict[str, float]:
    """Seconds of each stage in this process."""
    seconds: dict[str, float] = {}

    def timed(stage: str, step: Callable[..., Any], *arguments: Any) -> Any:
        start = perf_counter()
        made = step(*arguments)
        seconds[stage] = perf_counter() - start
        return made

    fit = timed("fit_face", ak.fit_face, timed("track_face", ak.track_face, timed("read_photo", ak.read_photo, photo)))
    avatar = timed("build_avatar", ak.build_avatar, timed("make_recipe", ak.make_recipe, fit))
    timed("write", write_whole, folder / "warm.vrm", timed("vrm_bytes", WRITERS[".vrm"], avatar))
    return {**{stage: seconds[stage] for stage in STAGES}, "total": sum(seconds.values())}


def _sizes(photo: Path, folder: Path) -> tuple[dict[str, int], int]:
    """Bytes of the avatar as GLB and VRM, and the side of the largest skin texture."""
    avatar = ak.build_avatar(ak.make_recipe(ak.fit_face(ak.track_face(ak.read_photo(photo)))))
    sizes = {suffix: len(write(avatar)) for suffix, write in WRITERS.items()}
    ak.save_avatar(avatar, folder / "avatar.glb")
    return sizes, max(texture.width or 0 for texture in ak.inspect_file(folder / "avatar.glb").textures)


def _stage_table(cold: list[dict[str, float]], first: dict[str, float], warm: list[dict[str, float]]) -> str:
    rows = []
    for stage in dict.fromkeys([*first, *cold[0]]):
        if stage != "total":
            rows.append((stage, _median(cold, stage), _seconds(first.get(stage)), _median(warm, stage), _least(warm, stage)))
    rows.append(("total", _median(cold, "total"), _seconds(first["total"]), _median(warm, "total"), _least(warm, "total")))
    header = ("stage", f"command, median of {len(cold)}", "first here", f"warm, median of {len(warm)}", "warm, least")
    return table(rows, header)


def _median(runs: list[dict[str, float]], stage: str) -> str:
    return _seconds(statistics.median(run[stage] for run in runs) if stage in runs[0] else None)


def _least(runs: list[dict[str, float]], stage: str) -> str:
    return _seconds(min(run[stage] for run in runs) if stage in runs[0] else None)


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _figures(cold: list[dict[str, float]], warm: list[dict[str, float]], sizes: dict[str, int], skin_px: int) -> list[Figure]:
    cold_s, warm_s = [run["total"] for run in cold], [run["total"] for run in warm]
    return [
        Figure("cold command, median", statistics.median(cold_s), "s", COLD_GOAL_S),
        Figure("cold command, least", min(cold_s), "s"),
        Figure("warm, median", statistics.median(warm_s), "s", WARM_GOAL_S),
        Figure("warm, least", min(warm_s), "s"),
        Figure("avatar.glb", sizes[".glb"] / 1e6, "MB", GLB_GOAL_MB),
        Figure("avatar.vrm", sizes[".vrm"] / 1e6, "MB"),
        Figure("largest texture's side", skin_px, "px", 2048, "least"),
    ]


def portrait() -> Path:
    """The public-domain portrait inside scikit-image."""
    from importlib.util import find_spec

    found = find_spec("skimage")
    if found is None or found.origin is None:
        raise SystemExit("Name a photo with --photo, or install the extra: pip install 'avatarkit[demo]'")
    return Path(found.origin).parent / "data" / "astronaut.png"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.create", description=__doc__)
    parser.add_argument("--photo", type=Path, help="a portrait (default: the one inside scikit-image)")
    parser.add_argument("--output", type=Path, default=OUT / "create.json", help="where the JSON goes")
    parser.add_argument("--cold", type=int, default=5, help="runs of the command (5)")
    parser.add_argument("--warm", type=int, default=7, help="runs in this process, after one that does not count (7)")
    options = parser.parse_args()
    options.photo = options.photo or portrait()
    return options


if __name__ == "__main__":
    main()
