"""python -m benchmarks.studio: films a clip, the demo's dance unless told, and writes what is known of it beside it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import avatarkit as ak
from avatarkit.render.video import mp4_bytes
from avatarkit.whole_files import write_whole
from benchmarks.media import DEFAULT_MEDIA
from benchmarks.studio.clips import CLIPS, RECORDED, direct
from benchmarks.studio.figure import make_figure
from benchmarks.studio.film import filmed
from benchmarks.studio.stage import make_stage


def main() -> None:
    options = _options()
    plan = {**CLIPS, **RECORDED}[options.clip]
    if options.avatar is not None:
        plan = replace(plan, who=ak.load_recipe(options.avatar))
    figure = make_figure(plan.recipe)
    clip = direct(plan, options.clip, figure, options.media / "mocap")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    frames = filmed(clip, figure, make_stage(plan.seed), options.samples)
    write_whole(options.output, mp4_bytes(frames, plan.size_px, plan.fps))
    clip.save(options.output.with_suffix(".truth.npz"))
    print(f"{options.output}: {options.clip}, {len(clip.motion)} frames of {plan.size_px[0]}x{plan.size_px[1]}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studio", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the film, an .mp4; its truth is written beside it")
    parser.add_argument("--clip", choices=(*CLIPS, *RECORDED), default="dance", help="what is filmed (dance)")
    parser.add_argument("--avatar", type=Path, help="recipe (.avatar.json) of who is filmed")
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="folder with mocap/, for recordings")
    parser.add_argument("--samples", type=int, default=2, help="per side of a pixel (2)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except ak.AvatarkitError as error:
        sys.exit(str(error))
