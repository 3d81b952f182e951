"""python -m benchmarks.viewer: how soon a slider's move and the webcam's picture are on the screen, and what a frame costs.

Chromium shows the page of an app that runs, with the avatar that welcomes visitors, clothes, hair and springs included, as it
does on a machine without a graphics card. A slider is moved by keys: counted is what the browser itself tells, until it has put
the picture on the screen (Event Timing, https://www.w3.org/TR/event-timing). Then it is moved as a hand moves it: counted is
the time until the graphics card, which is software here, says that the frame is drawn. Then moments of a live motion are
shown, one a frame: counted are draw calls, triangles, shadows included, and what the page itself computes for a frame; how long
a graphics card would draw cannot be told without one. At last the tab Live is begun with a camera that shows a clip; tracking,
browser and drawing share the processors, and what the page tells its user is read.
"""

from __future__ import annotations

import argparse
import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.live_steps import live_step
from avatarkit.motion.person import average_person
from avatarkit.stream.live_moment import LiveMoment
from avatarkit.stream.moment_json import moment_json
from avatarkit.tracking.tracked_frame import TrackedFrame
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from benchmarks.live import clip_pictures
from benchmarks.media import DEFAULT_MEDIA
from benchmarks.results import OUT, Figure, figure_table, figures_before, how_busy, write_results
from benchmarks.visitors import running_app
from tests.judges import _chromium, _run_node

SIZE_PX = (960, 540)
MOVES, MOMENTS, RATE_HZ = 12, 20, 30.0
CAMERA_QUALITY = 90  # of JPEG
SLIDER_GOAL_MS, FRAME_GOAL_MS = 50.0, 1000.0 / 60.0
SWUNG = {
    "leftUpperArm": (0.0, 0.5, 0.9),
    "rightUpperArm": (0.0, -0.5, -0.9),
    "leftLowerArm": (0.0, -1.0, 0.0),
    "neck": (0.2, 0.4, 0.0),
    "spine": (0.1, 0.2, 0.1),
    "leftUpperLeg": (-0.4, 0.0, 0.0),
    "leftLowerLeg": (0.6, 0.0, 0.0),
}
"""Bone -> rotation vector of its swing, radians: hair, arms and a leg move."""
ACTED = ("eyeBlinkLeft", "eyeBlinkRight", "jawOpen", "mouthSmileLeft", "mouthSmileRight", "browInnerUp")
"""Expressions that change; the others rest, as most of a face does at any moment."""


def main() -> None:
    """Measure, print, write."""
    options = _options()
    before = figures_before(options.output)
    with nullcontext(options.address) if options.address else running_app() as address:
        told = _told(address, options.media)
    computed = [frame["ms"] for frame in told["frames"]]
    figures = [
        Figure("key to the picture on the screen, by software, median", _median(told["presented"]), "ms", SLIDER_GOAL_MS),
        Figure(
            "key to the picture on the screen, by software, 95 %",
            float(np.percentile(told["presented"], 95)),
            "ms",
            SLIDER_GOAL_MS,
        ),
        Figure("slider to frame, drawn by software, median", _median(told["shown"]), "ms", SLIDER_GOAL_MS),
        Figure("slider to frame, drawn by software, 95 %", float(np.percentile(told["shown"], 95)), "ms", SLIDER_GOAL_MS),
        Figure("of it the page's own work until the frame is asked for", _median(told["told"]), "ms"),
        Figure("a frame of a live avatar: the page's own work, median", _median(computed), "ms", FRAME_GOAL_MS),
        Figure("a frame of a live avatar: the page's own work, 95 %", float(np.percentile(computed, 95)), "ms", FRAME_GOAL_MS),
        Figure("draw calls a frame, shadows included", _median([frame["calls"] for frame in told["frames"]])),
        Figure("triangles a frame, shadows included", _median([frame["triangles"] for frame in told["frames"]])),
        Figure("frames a second, drawn by software", len(told["frames"]) / told["seconds"]),
        Figure("at the page's camera, by software: poses a second", _median([poses for poses, _ in told["live"]])),
        Figure("at the page's camera, by software: lens to screen", _median([delay for _, delay in told["live"]]), "ms"),
    ]
    print(figure_table(figures, before))
    write_results(options.output, figures, told)
    print(f"\n{how_busy()}; canvas {told['canvas']} pixels; written to {options.output}")


def _told(address: str, media: Path) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        kept, camera = Path(folder) / "moments.json", Path(folder) / "camera.mjpeg"
        kept.write_text(json.dumps(moments(MOMENTS)), encoding="utf-8")
        with camera.open("wb") as shown:
            for pixels in clip_pictures(media):
                Image.fromarray(pixels).save(shown, "JPEG", quality=CAMERA_QUALITY)
        wanted = {"address": address, "browser": _chromium(), "size": SIZE_PX, "moves": MOVES}
        told: dict[str, Any] = _run_node("viewer_speed.mjs", json.dumps(wanted | {"moments": str(kept), "camera": str(camera)}))
    return told


def moments(count: int) -> list[str]:
    """So many moments of somebody who swings arms and one leg, as followers of a live session get them."""
    person = average_person()
    calm, _ = live_step(TrackedFrame(0.0, (1, 1)), person)
    told = []
    for number in range(count):
        time_s, rotations = number / RATE_HZ, np.array(calm.rotations)
        for bone, swing in SWUNG.items():
            turn = quaternions.from_rotation_vector(np.sin(2.0 * np.pi * time_s) * np.array(swing))
            rotations[BONE[bone]] = quaternions.multiply(turn, rotations[BONE[bone]])
        expressions = np.where(np.isin(ARKIT_NAMES, ACTED), 0.3 * (1.0 + np.sin(5.0 * time_s)), 0.0)
        pose = replace(calm, time_s=time_s, rotations=rotations, expressions=expressions)
        told.append(str(moment_json(LiveMoment(pose, person.skeleton, None, True))))
    return told


def _median(values: list[float]) -> float:
    return float(np.median(values))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.viewer", description=__doc__)
    parser.add_argument("--address", help="of an app that runs; one is started without it")
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="the media folder")
    parser.add_argument("--output", type=Path, default=OUT / "viewer.json", help="where the JSON goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
