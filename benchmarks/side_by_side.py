"""python -m benchmarks.side_by_side: each video beside our avatar that moves by it, as a film and as a sheet of even moments.

Beside the pictures the numbers that say where to look: how fast each bone turns at most, and how much the joints tremble.
Media files may be private: the sheets are for the eyes of whoever runs this, and are not to be passed on.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from collections.abc import Iterator
from dataclasses import dataclass
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
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.render.contact_sheet import contact_sheet
from avatarkit.render.framing import VIEWS, View
from avatarkit.render.movement import Movement
from avatarkit.render.renderer import Renderer
from avatarkit.render.video import mp4_bytes
from avatarkit.retargeting.retarget import retarget
from avatarkit.rig.load_rig import load_rig
from avatarkit.tracking.track_video import track_video
from avatarkit.tracking.tracked_frame import TrackedVideo
from avatarkit.vocabulary.vrm import HUMAN_BONES
from avatarkit.whole_files import write_whole
from benchmarks.media import DEFAULT_MEDIA
from benchmarks.results import OUT, table, write_results
from benchmarks.studio import metrics
from benchmarks.studio.cast import CAST
from benchmarks.studio.clips import CLIPS, make_clip

SUFFIXES = (".mp4", ".mkv", ".gif")
NOBODY = ("intel_cars_noperson", "intel_fruit_noperson")
"""Nothing to compare. A cartoon and a lone hand stay: what becomes of them must not be absurd."""

LONGEST_S = 12.0
"""Of each video so much is shown where nobody says how much, at `FPS` frames a second."""

FPS = 15

FACE, TO_THE_HIPS = View(1.2, -0.3, 1.3), View(1.35, -2.6, 3.6)
"""The second: head, arms and hands, in head heights about the chin."""

CLOSE_UPS = {"face": FACE, "bust": VIEWS["bust"], "hips": TO_THE_HIPS, "body": VIEWS["body"]}

OFTEN = 0.3
"""A limb that is seen in this part of the pictures is worth showing."""

SURELY = 0.65
"""Visibility from which a body's point tells where the person is."""

MARGIN = 0.08
"""Around the person, of the person's size."""

FLIP_DEG_S = 1500.0
"""Faster turns of a bone are flips, or rarely blows: hands that sign reach 900 degrees a second."""

NAMED = 3
"""So many of the fastest bones are named."""

TREMBLING = ("hips", "head", "leftHand", "rightHand", "leftFoot", "rightFoot")


@dataclass(frozen=True)
class Part:
    """What of a video is shown, and how.

    Attributes:
        start_s, end_s: from the first picture; the end may lie behind the video's.
        side_px: of the square for each side.
        moments, columns: of the sheet.
        view: a name of `CLOSE_UPS`; None for as much as was seen.
        film: whether a film is made too.
    """

    start_s: float
    end_s: float
    side_px: int
    moments: int
    columns: int
    view: str | None
    film: bool

    def times(self, motion: HumanMotion) -> np.ndarray:
        """(T,) seconds that are drawn: of the film, or of the sheet alone."""
        last = min(float(motion.times_s[-1] - motion.times_s[0]), self.end_s)
        if self.film:
            return np.arange(self.start_s, last, 1.0 / FPS)
        return np.linspace(self.start_s, last, self.moments)


@dataclass(frozen=True)
class Steadiness:
    """How a motion moves where it should not.

    Attributes:
        turns: (55,) degrees a second, each bone's fastest turn: in the world, of fingers and eyes in their parent.
        at_s: (55,) when.
        flips: moments and bones at which `FLIP_DEG_S` is passed.
        jitter: (55,) 10 m/s^3, of the joints.
    """

    turns: np.ndarray
    at_s: np.ndarray
    flips: int
    jitter: np.ndarray

    @property
    def fastest(self) -> list[tuple[str, float, float]]:
        """Name, degrees a second and second of the fastest bones."""
        rows = np.argsort(-self.turns)[:NAMED]
        return [(HUMAN_BONES[row], round(float(self.turns[row])), round(float(self.at_s[row]), 2)) for row in rows]


def main() -> None:
    options = _options()
    options.output.mkdir(parents=True, exist_ok=True)
    part = Part(
        options.start, options.end, options.height, options.moments, options.columns, options.view, not options.sheet_only
    )
    found: dict[str, Steadiness] = {}
    for film in _films(options):
        name = _name(film, options.person)
        try:
            video = tracked(film, options.tracks, options.person)
            motion = estimate_motion(video)
            found[name] = steadiness(motion)
            compare(film, video, motion, part, options.output / name)
        except AvatarkitError as error:
            print(f"{name}: {error}", flush=True)
    print("\n" + steadiness_table(found))
    details = {name: {"flips": s.flips, "fastest": s.fastest, "jitter": _trembling(s)} for name, s in found.items()}
    write_results(options.output / "side_by_side.json", [], {"videos": details})


def compare(film: Path, video: TrackedVideo, motion: HumanMotion, part: Part, output: Path) -> None:
    """Write the sheet of one video, and its film, to `output` with the suffixes .jpg and .mp4."""
    times, size = part.times(motion), (part.side_px, part.side_px)
    box = person_box(video)
    pictures = (_squared(cut, part.side_px) for cut in shown_at(film, video.frames[0].time_s + times, box))
    avatar = moving_avatar(motion, times, size, part.view, output.parent)
    pairs = [np.concatenate(pair, axis=1) for pair in zip(pictures, avatar, strict=False)]
    if not pairs:
        print(f"{output.name}: nothing between {part.start_s:g} and {part.end_s:g} s", flush=True)
        return
    if part.film:
        write_whole(output.with_suffix(".mp4"), mp4_bytes(pairs, (2 * part.side_px, part.side_px), FPS))
    chosen = np.linspace(0, len(pairs) - 1, min(part.moments, len(pairs))).round().astype(int)
    sheet = contact_sheet([pairs[k] for k in chosen], part.columns, [f"{times[k]:.2f} s" for k in chosen])
    Image.fromarray(sheet).save(output.with_suffix(".jpg"), quality=85)
    print(f"{output}.jpg: {len(pairs)} frames", flush=True)


def tracked(film: Path, kept_in: Path | None, person: int | None) -> TrackedVideo:
    """The video's landmarks; kept in a folder, if one is named, and taken from there the next time."""
    kept = None if kept_in is None else kept_in / f"{_name(film, person)}.pkl"
    if kept is not None and kept.is_file():
        video: TrackedVideo = pickle.loads(kept.read_bytes())  # our own file, in a folder of the caller's
        return video
    video = track_video(film, person)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, pickle.dumps(video))
    return video


def steadiness(motion: HumanMotion) -> Steadiness:
    """Where a motion turns too fast, and how much it trembles."""
    times, world = motion.times_s, world_rotations(motion.rotations)
    joints = world_positions(motion.skeleton, motion.root_positions, world)
    if len(motion) < 2:
        nothing = np.zeros(len(HUMAN_BONES))
        return Steadiness(nothing, nothing, 0, nothing)
    turned = np.where(_FINE[:, None], motion.rotations, world)
    angles = 2.0 * np.degrees(np.arccos(np.minimum(np.abs((turned[1:] * turned[:-1]).sum(axis=-1)), 1.0)))
    speeds = angles / np.diff(times)[:, None]
    fps = 1.0 / float(np.median(np.diff(times)))
    jitter = np.array([metrics.jitter(joints[:, [row]], fps) for row in range(len(HUMAN_BONES))])
    return Steadiness(speeds.max(axis=0), times[speeds.argmax(axis=0)], int((speeds > FLIP_DEG_S).sum()), jitter)


_FINE = np.array(
    [any(part in bone for part in ("Thumb", "Index", "Middle", "Ring", "Little", "Eye", "jaw")) for bone in HUMAN_BONES]
)


def steadiness_table(found: dict[str, Steadiness]) -> str:
    """One line a video."""
    rows = [
        (
            name,
            "; ".join(f"{bone} {speed:.0f} at {second:.2f}" for bone, speed, second in steady.fastest),
            steady.flips,
            *_trembling(steady).values(),
        )
        for name, steady in found.items()
    ]
    return table(rows, ("video", "fastest turns, deg/s at s", "flips", *(f"jitter {bone}" for bone in TREMBLING)))


def _trembling(steady: Steadiness) -> dict[str, float]:
    return {bone: round(float(steady.jitter[BONE[bone]]), 1) for bone in TREMBLING}


def person_box(video: TrackedVideo) -> np.ndarray:
    """(2, 2) pixels, upper left and lower right corner of where in the pictures the person ever is, with a margin."""
    points = [
        part.points_px[part.visibility > SURELY] if part is frame.body else part.points_px
        for frame in video.frames
        for part in (frame.body, frame.left_hand, frame.right_hand, frame.face)
        if part is not None
    ]
    size = np.array(video.frames[0].size_px, dtype=float)
    seen = np.clip(np.concatenate([np.zeros((0, 2)), *points]), 0.0, size)
    if len(seen) == 0:
        return np.array([np.zeros(2), size])
    low, high = seen.min(axis=0), seen.max(axis=0)
    margin = MARGIN * (high - low).max()
    return np.array([np.maximum(low - margin, 0.0), np.minimum(high + margin, size)])


def shown_at(film: Path, times_s: np.ndarray, box: np.ndarray) -> Iterator[np.ndarray]:
    """What of the video's pictures is in a box (2, 2) at rising times."""
    wanted, last = iter(times_s), None
    moment = next(wanted, None)
    (left, top), (right, bottom) = box.astype(int)
    with open_video(film) as reader:
        for frame in reader:
            while moment is not None and frame.time_s > moment and last is not None:
                yield last
                moment = next(wanted, None)
            if moment is None:
                return
            last = frame.pixels[top:bottom, left:right]
    while moment is not None and last is not None:
        yield last
        moment = next(wanted, None)


def _squared(picture: np.ndarray, side_px: int) -> np.ndarray:
    """The picture in a square, whole and in the middle."""
    scale = side_px / max(picture.shape[:2])
    width, height = (max(round(scale * picture.shape[axis]), 1) for axis in (1, 0))
    square = np.full((side_px, side_px, 3), 255, np.uint8)
    top, left = (side_px - height) // 2, (side_px - width) // 2
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    square[top : top + height, left : left + width] = small
    return square


def moving_avatar(
    motion: HumanMotion, times_s: np.ndarray, size_px: tuple[int, int], view: str | None, folder: Path
) -> Iterator[np.ndarray]:
    """Our avatar by the whole product's way: retargeted, written, read back, played."""
    rig = load_rig(_avatar_file(folder))
    movement = Movement(document_from_bytes(animated_glb(retarget(motion, rig))))
    with Renderer(size_px) as renderer:
        camera, floor = movement.camera(CLOSE_UPS[view] if view else _view(motion), size_px), movement.floor()
        for time in times_s:
            yield renderer.render([floor, *movement.meshes_at(float(time))], camera)[..., :3]


def _view(motion: HumanMotion) -> View:
    """As much of the avatar as was seen of the person."""
    seen = (motion.confidence > 0.0).mean(axis=0)
    if max(seen[BONE["leftFoot"]], seen[BONE["rightFoot"]]) > OFTEN:
        return VIEWS["body"]
    hands = max(seen[BONE["leftHand"]], seen[BONE["rightHand"]], seen[BONE["leftUpperArm"]], seen[BONE["rightUpperArm"]])
    return TO_THE_HIPS if hands > OFTEN else VIEWS["bust"]


def _avatar_file(folder: Path) -> Path:
    """The avatar that moves; made once."""
    path = folder / "avatar.glb"
    if not path.is_file():
        write_whole(path, glb_bytes(build_avatar(CAST["anna"])))
    return path


def _name(film: Path, person: int | None) -> str:
    name = film.parent.name if film.stem == "clip" else film.stem
    return name if person is None else f"{name}-person-{person}"


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
    parser.add_argument("--height", type=int, default=320, help="of each side, pixels, even (320)")
    parser.add_argument("--moments", type=int, default=12, help="on the sheet (12)")
    parser.add_argument("--columns", type=int, default=3, help="of the sheet (3)")
    parser.add_argument("--start", type=float, default=0.0, help="seconds (0)")
    parser.add_argument("--end", type=float, default=LONGEST_S, help=f"seconds ({LONGEST_S:g})")
    parser.add_argument("--view", choices=tuple(CLOSE_UPS), help="of the avatar (as much as is seen of the person)")
    parser.add_argument("--person", type=int, help="whom to follow, as in avatarkit capture")
    parser.add_argument("--sheet-only", action="store_true", help="no films: a tenth of the time")
    parser.add_argument("--tracks", type=Path, help="folder where landmarks are kept for the next run")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except AvatarkitError as error:
        sys.exit(str(error))
