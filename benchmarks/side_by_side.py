"""python -m benchmarks.side_by_side: each video beside our avatar that moves by it, as a film and as a sheet of even moments.

Media files may be private: the sheets are for the eyes of whoever runs this, and are not to be passed on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from avatarkit.avatar.build import build_avatar
from avatarkit.errors import AvatarkitError
from avatarkit.export.animated_file import animated_glb
from avatarkit.export.files import glb_bytes
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.media.read_video import open_video
from avatarkit.motion.estimate import estimate_motion
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.render.contact_sheet import contact_sheet
from avatarkit.render.framing import VIEWS, View
from avatarkit.render.movement import Movement
from avatarkit.render.renderer import Renderer
from avatarkit.render.video import mp4_bytes
from avatarkit.retargeting.retarget import retarget
from avatarkit.rig.load_rig import load_rig
from avatarkit.tracking.track_video import track_video
from avatarkit.whole_files import write_whole
from benchmarks.media import DEFAULT_MEDIA
from benchmarks.results import OUT
from benchmarks.studio.cast import CAST
from benchmarks.studio.clips import CLIPS, make_clip

SUFFIXES = (".mp4", ".mkv", ".gif")
NOBODY = ("bbb_noperson", "intel_cars_noperson", "intel_fruit_noperson", "intel_bottles_hand")
LONGEST_S = 12.0
"""Of each video so much is shown, at `FPS` frames a second."""

FPS = 15
SHEET_MOMENTS = 8

TO_THE_HIPS = View(1.6, -3.2, 5.0)
"""Head, arms and hands, in head heights about the chin."""

OFTEN = 0.3
"""A limb that is seen in this part of the pictures is worth showing."""


def main() -> None:
    options = _options()
    options.output.mkdir(parents=True, exist_ok=True)
    for film in _films(options):
        try:
            compare(film, options.output, options.height)
        except AvatarkitError as error:
            print(f"{film.stem}: {error}", flush=True)


def compare(film: Path, folder: Path, height_px: int) -> None:
    """Write the film and the sheet of one video."""
    motion = estimate_motion(track_video(film))
    times = np.arange(0.0, min(float(motion.times_s[-1]), LONGEST_S), 1.0 / FPS)
    pictures = list(shown_at(film, motion.times_s[0] + times, height_px))
    avatar = list(moving_avatar(motion, times, (height_px, height_px), folder))
    pairs = [np.concatenate(pair, axis=1) for pair in zip(pictures, avatar, strict=False)]
    size = pairs[0].shape[1], pairs[0].shape[0]
    name = film.parent.name if film.stem == "clip" else film.stem
    write_whole(folder / f"{name}.mp4", mp4_bytes(pairs, size, FPS))
    chosen = np.linspace(0, len(pairs) - 1, min(SHEET_MOMENTS, len(pairs))).round().astype(int)
    sheet = contact_sheet([pairs[k] for k in chosen], 4, [f"{times[k]:.1f} s" for k in chosen])
    Image.fromarray(sheet).save(folder / f"{name}.jpg", quality=85)
    print(f"{folder / name}.mp4: {len(pairs)} frames", flush=True)


def shown_at(film: Path, times_s: np.ndarray, height_px: int) -> Iterator[np.ndarray]:
    """The video's pictures at rising times, scaled to a height; both sides even, as H.264 wants."""
    wanted, last = iter(times_s), None
    moment = next(wanted, None)
    with open_video(film) as reader:
        for frame in reader:
            while moment is not None and frame.time_s > moment and last is not None:
                yield last
                moment = next(wanted, None)
            if moment is None:
                return
            width = 2 * round(frame.pixels.shape[1] * height_px / frame.pixels.shape[0] / 2)
            last = cv2.resize(frame.pixels, (width, height_px), interpolation=cv2.INTER_AREA)
    while moment is not None and last is not None:
        yield last
        moment = next(wanted, None)


def moving_avatar(motion: HumanMotion, times_s: np.ndarray, size_px: tuple[int, int], folder: Path) -> Iterator[np.ndarray]:
    """Our avatar by the whole product's way: retargeted, written, read back, played."""
    rig = load_rig(_avatar_file(folder))
    movement = Movement(document_from_bytes(animated_glb(retarget(motion, rig))))
    with Renderer(size_px) as renderer:
        camera, floor = movement.camera(_view(motion), size_px), movement.floor()
        for time in times_s:
            yield renderer.render([floor, *movement.meshes_at(float(time))], camera)[..., :3]


def _view(motion: HumanMotion) -> View:
    """As much of the avatar as was seen of the person."""
    seen = (motion.confidence > 0).mean(axis=0)
    if max(seen[BONE["leftLowerLeg"]], seen[BONE["rightLowerLeg"]]) > OFTEN:
        return VIEWS["body"]
    hands = max(seen[BONE["leftHand"]], seen[BONE["rightHand"]], seen[BONE["leftUpperArm"]], seen[BONE["rightUpperArm"]])
    return TO_THE_HIPS if hands > OFTEN else VIEWS["bust"]


def _avatar_file(folder: Path) -> Path:
    """The avatar that moves; made once."""
    path = folder / "avatar.glb"
    if not path.is_file():
        write_whole(path, glb_bytes(build_avatar(CAST["anna"])))
    return path


def _films(options: argparse.Namespace) -> Iterator[Path]:
    if options.videos:
        yield from options.videos
        return
    videos = sorted((options.media / "video").glob("*")) if (options.media / "video").is_dir() else []
    yield from (video for video in videos if video.suffix in SUFFIXES and video.stem not in NOBODY)
    for name, plan in CLIPS.items():
        yield make_clip(name, plan, mocap=options.media / "mocap")[0]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.side_by_side", description=__doc__)
    parser.add_argument("videos", nargs="*", type=Path, help="only these")
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="folder with video/ (beside the checkout)")
    parser.add_argument("--output", type=Path, default=OUT / "side_by_side", help="folder for films and sheets")
    parser.add_argument("--height", type=int, default=320, help="of the pictures, pixels (320)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except AvatarkitError as error:
        sys.exit(str(error))
