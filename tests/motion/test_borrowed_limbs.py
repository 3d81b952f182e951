"""What hides a body and is taken for its limbs is none of its limbs."""

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.motion.borrowed_limbs import without_borrowed_limbs
from avatarkit.motion.estimate import estimate_motion
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.tracking.tracked_frame import TrackedFrame, TrackedVideo
from avatarkit.vocabulary.mediapipe_points import POSE
from tests.motion.simulated import filmed, motion_of, standing

TIMES = np.arange(90) / 30.0
LOST_S, FLUNG_S = 1.8, 1.5
ARM = [POSE[f"left{point}"] for point in ("Wrist", "Pinky", "Index", "Thumb")]


def still() -> TrackedVideo:
    motion = standing(TIMES)
    return filmed(motion_of(TIMES, motion.root_positions, np.tile(motion.rotations[:1], (len(TIMES), 1, 1))))


def flung(frame: TrackedFrame, visibility: float) -> TrackedFrame:
    """The left forearm to the side and up, and what is seen of the limbs."""
    body = frame.body
    assert body is not None
    world, pixels, seen = np.array(body.world_m), np.array(body.points_px), np.array(body.visibility)
    scale = np.linalg.norm(pixels[POSE["leftHip"]] - pixels[POSE["leftShoulder"]]) / np.linalg.norm(
        world[POSE["leftHip"]] - world[POSE["leftShoulder"]]
    )
    moved = world[POSE["leftElbow"]] + np.array([0.2, 0.15, 0.0]) - world[ARM[0]]
    world[ARM] += moved
    pixels[ARM] += scale * moved[:2] * [1.0, -1.0]
    seen[POSE["leftElbow"] :] = visibility
    return replace(frame, body=replace(body, world_m=world, points_px=pixels, visibility=seen))


def hidden(visibility: float = 0.6, found_again_s: float = np.inf, flung_s: float = FLUNG_S) -> TrackedVideo:
    """Somebody who stands, and is hidden by somebody else."""
    video = still()
    frames = [
        frame
        if frame.time_s < flung_s or frame.time_s >= found_again_s
        else flung(frame, visibility)
        if frame.time_s < LOST_S
        else replace(frame, body=None)
        for frame in video.frames
    ]
    return replace(video, frames=tuple(frames))


def hand_heights(video: TrackedVideo) -> np.ndarray:
    motion = estimate_motion(video)
    return world_positions(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))[:, BONE["leftHand"], 1]


def test_no_arm_stays_in_the_air_because_somebody_passes_before_it() -> None:
    heights = hand_heights(hidden())
    assert np.ptp(heights[TIMES < LOST_S + 0.5]) < 0.08


@pytest.mark.parametrize(
    "video",
    [
        hidden(visibility=1.0),
        hidden(found_again_s=LOST_S + 0.6),
        replace(hidden(), frames=tuple(frame for frame in hidden().frames if frame.body is not None)),
        hidden(flung_s=0.0),
        still(),
    ],
    ids=["seen well", "soon found again", "the film ends", "it was so before", "nothing happens"],
)
def test_limbs_are_the_bodys_own_where(video: TrackedVideo) -> None:
    assert all(a is b for a, b in zip(without_borrowed_limbs(video).frames, video.frames, strict=True))


def test_only_what_strays_is_taken_from_the_body() -> None:
    video = hidden()
    for before, after in zip(video.frames, without_borrowed_limbs(video).frames, strict=True):
        if before is after or before.body is None or after.body is None:
            continue
        changed = np.flatnonzero(before.body.visibility != after.body.visibility)
        assert changed.tolist() == sorted(ARM) and before.time_s >= FLUNG_S
    assert not np.array_equal(video.frames[50].body.visibility, without_borrowed_limbs(video).frames[50].body.visibility)  # type: ignore[union-attr]
