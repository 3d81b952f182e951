"""python -m benchmarks.platforms: every platform's file of every style family, its weight, and what is left of the face.

Each avatar is saved for each platform, checked by its profile, read by the Khronos validator, drawn, and looked for by the face
finder. Distances are those of the full avatar's vertices to the reduced surface. Prints tables and writes JSON; with --markdown
it prints the README's table, with --readme FILE it is put there. With --quick files are saved and checked alone, and of these
with `--outfits all` every outfit's. With --keep FOLDER each file's figures are left there, and a run broken off goes on
where it was. With --files FOLDER the files themselves are left there.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Sequence
from functools import cache, partial
from itertools import product
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.avatar.wardrobe import outfits
from avatarkit.errors import AvatarkitError, NoFaceError
from avatarkit.export.files import save_avatar, vrm1_bytes
from avatarkit.export.platform_check import check
from avatarkit.export.platforms import is_usd, load_platform, platform_names
from avatarkit.export.reduction.decode import surface_of
from avatarkit.export.reduction.surface import Surface
from avatarkit.export.statistics import measure
from avatarkit.export.verdict import Verdict
from avatarkit.gltf.reading import document_from_bytes, read_document
from avatarkit.media.read_photo import read_photo
from avatarkit.render.pictures import render_file
from avatarkit.tracking.track_face import track_face
from avatarkit.whole_files import write_whole
from benchmarks.results import OUT, Figure, figure_table, kept, table, write_results
from tests.judges import khronos_report

FAMILIES = ("hyper-realistic", "human", "cartoon", "anime")
FACE_MM, BODY_MM, MOBILE_S = 1.5, 6.0, 8.0
SMALLEST_WITH_A_FACE = 9_900
"""Triangles: the goal is 10,000, below which files made for so many end by a few."""

SAMPLES = 40
VRM0_NAME = "INVALID_EXTENSION_NAME_FORMAT"
"""The validator's word for VRM 0.x's extension being called "VRM": that is its name."""

COLUMNS = (
    "family",
    "platform",
    "verdict",
    "triangles",
    "materials",
    "joints",
    "MB",
    "face mm",
    "body mm",
    "s",
    "Khronos",
    "face",
)


def main() -> None:
    options = _options()
    if options.quick:
        _check_outfits(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for family in options.families for row in _family(family, options, Path(folder))]
    print(table([tuple(_shown(row[column]) for column in COLUMNS) for row in rows], COLUMNS))
    figures = _figures(rows)
    print("\n" + figure_table(figures))
    if options.markdown:
        print("\n" + _markdown(rows, options))
    if options.readme:
        _put_table(options.readme, _markdown(rows, options))
    write_results(options.output, figures, {"rows": rows})


def _check_outfits(options: argparse.Namespace) -> None:
    """Each family in each outfit on each platform, saved and checked; says what fails as it goes."""
    chosen = list(outfits()) if options.outfits == ["all"] else options.outfits or [None]
    rows: list[dict[str, Any]] = []
    for outfit, family in product(chosen, options.families):
        with tempfile.TemporaryDirectory() as folder:
            made = _each_checked(family, outfit, options, options.files or Path(folder))
        failed = [f"{row['platform']} {row['verdict']}" for row in made if not row["verdict"].startswith("passes")]
        print(f"{family}, {outfit}: {len(made) - len(failed)} of {len(made)} pass", *failed, sep="\n  ", flush=True)
        rows += made
    passed = _share(row["verdict"].startswith("passes") for row in rows)
    figures = [Figure("files that pass their own check", passed, "", 1.0, "least"), Figure("files", len(rows))]
    print(figure_table(figures))
    write_results(options.output, figures, {"rows": rows})


def _each_checked(family: str, outfit: str | None, options: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    @cache
    def avatar() -> Avatar:
        recipe = default_recipe(family)
        return build_avatar(recipe if outfit is None else recipe.with_outfit(outfit))

    def checked(platform: str) -> dict[str, Any]:
        path = folder / f"{outfit}-{family}-{platform}{load_platform(platform).suffix}"
        return {"family": family, "outfit": outfit, **_checked(avatar(), platform, path)}

    return [kept(options.keep, f"{outfit}, {family}, {name}", partial(checked, name)) for name in options.platforms]


def _checked(avatar: Avatar, platform: str, path: Path) -> dict[str, Any]:
    start = process_time()
    try:
        save_avatar(avatar, path, platform)
        verdict = _said(check(path, platform))
    except AvatarkitError as error:
        verdict = f"{type(error).__name__}: {error}"
    return {"platform": platform, "verdict": verdict, "s": process_time() - start}


def _said(verdict: Verdict) -> str:
    return ("passes" if verdict.passes else "fails: " + _broken(verdict)) + (f", {verdict.rank}" if verdict.rank else "")


def _family(family: str, options: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    @cache
    def avatar_and_surface() -> tuple[Avatar, Surface]:
        recipe = default_recipe(family)
        avatar = build_avatar(recipe.with_outfit(options.outfits[0]) if options.outfits else recipe)
        return avatar, surface_of(document_from_bytes(vrm1_bytes(avatar)))

    def row(platform: str) -> dict[str, Any]:
        return _row(family, *avatar_and_surface(), platform, folder)

    return [kept(options.keep, f"{family}, {name}", partial(row, name)) for name in options.platforms]


def _row(family: str, avatar: Avatar, full: Surface, platform: str, folder: Path) -> dict[str, Any]:
    """One file, made and judged; a platform that cannot be served says so."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS) | {"family": family, "platform": platform}
    path = folder / f"{family}-{platform}{load_platform(platform).suffix}"
    start = process_time()
    try:
        save_avatar(avatar, path, platform)
        row["s"] = process_time() - start
        verdict = check(path, platform)
        row |= {"verdict": _said(verdict), "MB": path.stat().st_size / 1e6}
        if is_usd(path):
            return row
        document = read_document(path)
        numbers = measure(document, path.stat().st_size)
        row |= {name: numbers[name] for name in ("triangles", "materials", "joints") if name in numbers}
        reduced = surface_of(document)
        row["face mm"], row["body mm"] = (_distance_mm(full, reduced, piece) for piece in ("Face", "Body"))
        row["Khronos"], row["face"] = _khronos(path), _finds_face(path, folder)
    except AvatarkitError as error:
        row["verdict"] = f"{type(error).__name__}: {error}"
    return row


def _broken(verdict: Verdict) -> str:
    return ", ".join(finding.what for finding in verdict.findings if finding.passes is False)


def _distance_mm(full: Surface, reduced: Surface, piece: str) -> float:
    """Mean distance of a piece's vertices to points on the reduced surface, both set on the same spot and height."""
    used = np.unique(full.triangles[full.piece == full.pieces.index(piece)])
    corners = _placed(reduced.positions)[reduced.triangles]
    shares = np.random.default_rng(1).dirichlet(np.ones(3), SAMPLES)
    points = np.einsum("sk,tkd->tsd", shares, corners).reshape(-1, 3)
    return 1000.0 * float(np.mean(cKDTree(points).query(_placed(full.positions)[used])[0]))


def _placed(positions: np.ndarray) -> np.ndarray:
    """Standing on the ground and facing +Z: VRM 0 looks the other way, which the nose tells; Roblox's origin is in the hips."""
    positions = positions - [0.0, positions[:, 1].min(), 0.0]
    head = positions[positions[:, 1] > np.percentile(positions[:, 1], 70)]
    forward = 1.0 if head[:, 2].max() + head[:, 2].min() > 0 else -1.0
    return positions * [forward, 1.0, forward]


def _khronos(path: Path) -> str:
    issues = khronos_report(path)["issues"]
    named = sum(message["code"] == VRM0_NAME for message in issues["messages"])
    return f"{issues['numErrors']}/{issues['numWarnings'] - named}"


def _finds_face(path: Path, folder: Path) -> bool:
    picture = folder / "face.png"
    render_file(path, picture, "face", (512, 512))
    try:
        track_face(read_photo(picture))
    except NoFaceError:
        return False
    return True


def _figures(rows: Sequence[dict[str, Any]]) -> list[Figure]:
    made = [row for row in rows if row["face mm"] is not None]
    dense = [row for row in made if row["triangles"] >= SMALLEST_WITH_A_FACE]
    mobile = [row["s"] for row in made if row["platform"] == "vrchat-mobile"]
    passed, clean = _share(row["verdict"].startswith("passes") for row in rows), _share(row["Khronos"] == "0/0" for row in made)
    figures = [
        Figure("files that pass their own check", passed, "", 1.0, "least"),
        Figure("files the validator finds clean", clean, "", 1.0, "least"),
    ]
    if dense:
        figures += [
            Figure("face, farthest of all files of 10,000 triangles or more", max(r["face mm"] for r in dense), "mm", FACE_MM),
            Figure("body, the same", max(row["body mm"] for row in dense), "mm", BODY_MM),
            Figure("faces found on them", _share(row["face"] for row in dense), "", 1.0, "least"),
        ]
    return [*figures, Figure("vrchat-mobile, processor time", max(mobile), "s", MOBILE_S)] if mobile else figures


def _share(held: Any) -> float:
    return float(np.mean(list(held)))


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "found" if value else "lost"
    return (
        f"{value:.3g}"
        if isinstance(value, float) and value < 1000
        else f"{value:.0f}"
        if isinstance(value, float)
        else str(value)
    )


def _markdown(rows: Sequence[dict[str, Any]], options: argparse.Namespace) -> str:
    """Platforms down, families across: verdict, triangles, megabytes."""
    lines = ["| platform | " + " | ".join(options.families) + " |", "| --- |" + " --- |" * len(options.families)]
    for platform in options.platforms:
        cells = [
            _cell(next(row for row in rows if (row["family"], row["platform"]) == (f, platform))) for f in options.families
        ]
        lines.append(f"| {platform} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _put_table(path: Path, made: str) -> None:
    """The README with this table in place of the one it has."""
    old = re.search(r"\| platform \|.*\n(\|.*\n)*", text := path.read_text(encoding="utf-8"))
    assert old is not None, "the README has no table of platforms"
    write_whole(path, (text[: old.start()] + made + "\n" + text[old.end() :]).encode())


def _cell(row: dict[str, Any]) -> str:
    if row["MB"] is None:
        return "fails"
    triangles = "" if row["triangles"] is None else f"{row['triangles'] / 1000:.1f} k, "
    return f"{row['verdict'].split(':')[0]}: {triangles}{row['MB']:.1f} MB"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.platforms", description=__doc__)
    parser.add_argument("--families", nargs="+", default=FAMILIES)
    parser.add_argument("--platforms", nargs="+", default=platform_names(), help="only these")
    parser.add_argument("--outfits", nargs="+", help="as in avatarkit wardrobe; the first, or with --quick each, or all")
    parser.add_argument("--quick", action="store_true", help="only save and check")
    parser.add_argument("--markdown", action="store_true", help="print the README's table, too")
    parser.add_argument("--readme", type=Path, metavar="FILE", help="put that table there in place of the old one")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave each file's figures there, and use those that are")
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="leave the files themselves there, with --quick")
    parser.add_argument("--output", type=Path, default=OUT / "platforms.json", help="where the JSON goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
