"""The clips: who does what, where, before which camera. Made once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.recipe_json import recipe_json
from avatarkit.motion.human_motion import HumanMotion, HumanSkeleton
from avatarkit.render.video import mp4_bytes
from avatarkit.whole_files import write_whole
from benchmarks.results import OUT
from benchmarks.studio import moves
from benchmarks.studio.cameras import CameraWork
from benchmarks.studio.cast import CAST
from benchmarks.studio.choreography import Choreography, performed
from benchmarks.studio.dance import DANCE_S, dance
from benchmarks.studio.faces import expression_tour, lively_face, talking_face
from benchmarks.studio.figure import Figure, make_figure
from benchmarks.studio.film import filmed
from benchmarks.studio.mocap import recorded
from benchmarks.studio.sole import sole_points
from benchmarks.studio.stage import make_stage
from benchmarks.studio.truth import TruthClip, load_truth

FOLDER = OUT / "studio"
Move = Callable[[np.ndarray, int], Choreography]


@dataclass(frozen=True)
class Recording:
    """A part of a BVH file of the media folder; `file_fps` where its header is wrong."""

    file: str
    start_s: float = 0.0
    file_fps: float | None = None


@dataclass(frozen=True)
class ClipPlan:
    """How a clip comes about.

    Attributes:
        what: a move of our own or a part of a recording.
        who: a name of `CAST`, or a recipe.
        seconds, fps, size_px: the film's.
        camera: how it is filmed.
        seed: of the room, the face, the hands and the camera's sway.
        full_body: whether legs are in the picture.
    """

    what: Move | Recording
    who: str | AvatarRecipe
    seconds: float
    fps: float = 25.0
    size_px: tuple[int, int] = (480, 480)
    camera: CameraWork = field(default_factory=CameraWork)
    seed: int = 0
    full_body: bool = True

    @property
    def recipe(self) -> AvatarRecipe:
        """Who is filmed."""
        return CAST[self.who] if isinstance(self.who, str) else self.who


def _talking(times_s: np.ndarray, seed: int) -> Choreography:
    return moves.talking_head(times_s, talking_face(np.random.default_rng(seed), times_s), seed)


def _touring(times_s: np.ndarray, seed: int) -> Choreography:
    return moves.talking_head(times_s, expression_tour(np.random.default_rng(seed), times_s), seed, 0.6)


_UPPER, _HEAD = CameraWork("upper", height=None, fov_deg=38.0), CameraWork("head", height=None, fov_deg=30.0, room=1.05)
_LAPTOP = CameraWork("upper", height=0.8, fov_deg=40.0)
_LANDSCAPE, _PORTRAIT, _SQUARE, _SMALL = (640, 480), (480, 640), (480, 480), (384, 384)

CLIPS: Mapping[str, ClipPlan] = {
    "dance": ClipPlan(dance, "anna", DANCE_S, 25, _PORTRAIT, CameraWork(yaw_deg=8, sway=0.004), 1),
    "exercise": ClipPlan(moves.arms_and_torso, "ben", 5.0, 25, _SQUARE, CameraWork(yaw_deg=-15, height=1.5), 2),
    "jacks": ClipPlan(moves.jumping_jacks, "chidi", 3.6, 30, _SQUARE, CameraWork(yaw_deg=5, height=1.1), 3),
    "walk": ClipPlan(moves.walk, "dara", 4.0, 25, _LANDSCAPE, CameraWork(yaw_deg=40, height=1.5, fov_deg=36), 4),
    "squats": ClipPlan(moves.squats, "emil", 4.0, 25, _SQUARE, CameraWork(yaw_deg=30, height=1.2, sway=0.006), 5),
    "wave": ClipPlan(moves.wave, "ben", 3.2, 25, _LANDSCAPE, CameraWork(yaw_deg=-25, height=1.6, fov_deg=34), 6),
    "jump": ClipPlan(moves.jump, "anna", 3.6, 30, _SQUARE, CameraWork(yaw_deg=-30, height=0.9), 7),
    "turn": ClipPlan(moves.turn_around, "chidi", 3.8, 25, _SQUARE, CameraWork(height=1.3), 8),
    "gestures": ClipPlan(moves.gestures, "dara", 5.0, 25, _LANDSCAPE, _UPPER, 9, False),
    "signing": ClipPlan(moves.signing, "ben", 5.0, 20, _LANDSCAPE, _LAPTOP, 21, False),
    "talking": ClipPlan(_talking, "emil", 4.0, 25, _SMALL, _HEAD, 10, False),
    "faces": ClipPlan(_touring, "anna", 12.0, 20, _SMALL, _HEAD, 11, False),
}  # fmt: skip
"""Of our own choreography; they need no other files."""

RECORDED: Mapping[str, ClipPlan] = {
    "cmu_walk": ClipPlan(Recording("cmu_02_01_walk.bvh", 0.1), "ben", 2.6, 30, _LANDSCAPE,
                         CameraWork(yaw_deg=50, height=1.4, fov_deg=36), 12),
    "cmu_dance": ClipPlan(Recording("cmu_05_06_dance.bvh", 3.2), "anna", 4.0, 30, _LANDSCAPE,
                          CameraWork(yaw_deg=20, sway=0.005), 13),
    "cmu_salsa": ClipPlan(Recording("cmu_salsa_10.bvh", 8.0, 60), "chidi", 4.0, 30, _SQUARE, CameraWork(yaw_deg=-10), 14),
    "fair_dab": ClipPlan(Recording("ad_fair_dab.bvh", 5.0), "dara", 4.0, 25, _SQUARE, CameraWork(yaw_deg=10), 15),
    "cmu_jacks": ClipPlan(Recording("ad_cmu_jumping_jacks.bvh", 0.2), "ben", 3.6, 30, _SQUARE,
                          CameraWork(yaw_deg=-5, height=1.1), 18),
    "fair_wave": ClipPlan(Recording("ad_fair_wave_hello.bvh", 0.8), "emil", 4.0, 25, _SQUARE,
                          CameraWork(yaw_deg=-20, height=1.5), 16),
    "indian": ClipPlan(Recording("cmu_indian_06.bvh", 6.0), "anna", 4.0, 30, _SQUARE, CameraWork(yaw_deg=15), 17),
}  # fmt: skip
"""Of the recordings in the media folder."""

QUICK = ("exercise", "walk", "gestures", "talking")
"""A little of everything."""


def direct(plan: ClipPlan, name: str, figure: Figure, mocap: Path | None = None) -> TruthClip:
    """The clip's truth, before a frame is drawn."""
    motion = move_body(plan, figure.skeleton, mocap)
    focal_px, poses = plan.camera.poses(motion, plan.size_px, plan.seed)
    middle = plan.size_px[0] / 2, plan.size_px[1] / 2
    soles = sole_points(figure.skeleton)
    return TruthClip(
        name, motion, soles, focal_px, middle, plan.size_px, poses, recipe_json(plan.recipe), figure.height_m, plan.full_body
    )


def move_body(plan: ClipPlan, skeleton: HumanSkeleton, mocap: Path | None = None) -> HumanMotion:
    """What the body does; recordings are looked for in the folder `mocap`."""
    if isinstance(plan.what, Recording):
        if mocap is None:
            raise ValueError("a recording needs its folder")
        motion = recorded(
            mocap / plan.what.file,
            skeleton,
            plan.fps,
            start_s=plan.what.start_s,
            seconds=plan.seconds,
            file_fps=plan.what.file_fps,
        )
        face = lively_face(np.random.default_rng(plan.seed), motion.times_s)
        return HumanMotion(**{**vars(motion), "expressions": face})
    times = np.arange(round(plan.seconds * plan.fps)) / plan.fps
    return performed(plan.what(times, plan.seed), skeleton)


def make_clip(
    name: str, plan: ClipPlan, *, folder: Path = FOLDER, mocap: Path | None = None, samples: int = 2
) -> tuple[Path, TruthClip]:
    """A clip's film and truth; filmed only if the folder does not have it yet.

    Returns:
        the path of the film; the truth, which lies beside it.
    """
    figure = make_figure(plan.recipe)
    clip = direct(plan, name, figure, mocap)
    place = folder / f"{name}-{_fingerprint(clip)}"
    film, truth = place / "clip.mp4", place / "truth.npz"
    if not (film.is_file() and truth.is_file()):
        place.mkdir(parents=True, exist_ok=True)
        write_whole(film, mp4_bytes(filmed(clip, figure, make_stage(plan.seed), samples), plan.size_px, plan.fps))
        clip.save(truth)
    return film, load_truth(truth)


def _fingerprint(clip: TruthClip) -> str:
    """Changes with anything that the film shows of the truth."""
    parts = (clip.motion.rotations, clip.motion.root_positions, clip.motion.expressions, clip.camera_to_world)
    digest = hashlib.sha256(clip.recipe.encode())
    for part in parts:
        digest.update(np.round(part, 5).astype(np.float32).tobytes())
    return digest.hexdigest()[:10]
