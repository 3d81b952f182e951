"""Laws of captured motion, on landmarks whose motion is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.errors import InputError
from avatarkit.geometry import quaternions
from avatarkit.motion.estimate import estimate_motion, part_of, raw_motion
from avatarkit.motion.floor import sole_points
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.motion.live_steps import LiveMemory, live_step
from avatarkit.motion.steps import PoseMemory, pose_step
from avatarkit.tracking.tracked_frame import TrackedFrame, TrackedVideo
from avatarkit.vocabulary.vrm import HUMAN_BONES
from tests.motion.simulated import PERSON, SIZE_PX, filmed, jumping, mirrored, standing, walking

HEIGHT_M = PERSON.height_m
LIMBS = [BONE[side + bone] for side in ("left", "right") for bone in ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg")]


def times(seconds: float, fps: float = 30.0) -> np.ndarray:
    return np.arange(max(1, round(seconds * fps))) / fps


def joints(motion: HumanMotion) -> np.ndarray:
    return world_positions(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))


def angles_deg(a: HumanMotion, b: HumanMotion, bones: list[int] = LIMBS) -> np.ndarray:
    wa, wb = world_rotations(a.rotations)[:, bones], world_rotations(b.rotations)[:, bones]
    axis = np.array(
        [[1.0 if "Arm" in HUMAN_BONES[bone] else 0.0, 0.0 if "Arm" in HUMAN_BONES[bone] else 1.0, 0.0] for bone in bones]
    )
    dots = (quaternions.rotate(wa, axis) * quaternions.rotate(wb, axis)).sum(axis=-1)
    return np.degrees(np.arccos(np.clip(dots, -1.0, 1.0)))


def test_perfect_landmarks_give_the_motion_back() -> None:
    truth = standing(times(3))
    motion = estimate_motion(filmed(truth), height_m=HEIGHT_M)
    assert angles_deg(motion, truth).mean() < 4.5
    assert np.abs(motion.root_positions - truth.root_positions).max() < 0.05
    assert motion.foot_contacts.all()


def test_noise_is_removed_and_does_not_make_directions_worse() -> None:
    truth = standing(times(4))
    video = filmed(truth, noise_m=0.015, depth_noise_m=0.05)
    raw, motion = raw_motion(video, PERSON), estimate_motion(video, height_m=HEIGHT_M)

    def shaking(part: HumanMotion) -> float:
        relative = joints(part) - joints(part)[:, :1]
        return float(np.linalg.norm(np.diff(relative, 3, axis=0), axis=-1).mean())

    assert shaking(motion) < 0.05 * shaking(raw)
    assert angles_deg(motion, truth).mean() < angles_deg(raw, truth).mean()


def test_a_walk_travels_and_its_standing_feet_do_not() -> None:
    truth = walking(times(3) - 1.0)
    motion = estimate_motion(filmed(truth, noise_m=0.005, depth_noise_m=0.02), height_m=HEIGHT_M)
    went = motion.root_positions[-1] - motion.root_positions[0]
    true_way = truth.root_positions[-1, 0] - truth.root_positions[0, 0]
    assert abs(went[0] - true_way) < 0.05 * true_way
    assert abs(went[2]) < 0.05 * true_way
    balls = sole_points(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))[:, :, 1]
    moves = np.linalg.norm(np.diff(balls, axis=0), axis=-1)
    stands = (truth.foot_contacts[1:] > 0) & (truth.foot_contacts[:-1] > 0)
    assert (motion.foot_contacts == truth.foot_contacts).mean() > 0.8
    assert moves[stands].mean() < 0.004
    assert balls[..., 1].min() > -0.03


@pytest.mark.parametrize("feet", ["auto", "never"])
def test_a_jump_stays_a_jump(feet: str) -> None:
    truth = jumping(times(2.5))
    motion = estimate_motion(filmed(truth, noise_m=0.003), height_m=HEIGHT_M, feet=feet)  # type: ignore[arg-type]
    rise = motion.root_positions[:, 1] - np.median(motion.root_positions[:, 1])
    assert rise.max() == pytest.approx(np.ptp(truth.root_positions[:, 1]), rel=0.2)
    assert not motion.foot_contacts[np.argmax(rise)].any() or feet == "never"


def test_always_keeps_a_foot_on_the_floor() -> None:
    motion = estimate_motion(filmed(jumping(times(2.5))), height_m=HEIGHT_M, feet="always")
    soles = sole_points(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))
    assert np.abs(soles[..., 1].min(axis=(1, 2))).max() < 0.03


def test_no_bone_changes_its_length() -> None:
    motion = estimate_motion(filmed(walking(times(1)), noise_m=0.02, depth_noise_m=0.1))
    places = joints(motion)
    for upper, lower in (("leftUpperLeg", "leftLowerLeg"), ("rightUpperArm", "rightLowerArm")):
        lengths = np.linalg.norm(places[:, BONE[upper]] - places[:, BONE[lower]], axis=-1)
        assert np.ptp(lengths) < 1e-9


def test_height_scales_everything() -> None:
    video = filmed(walking(times(1)))
    small, tall = (estimate_motion(video, height_m=height, feet="never") for height in (1.2, 1.8))
    assert tall.skeleton.rest_positions == pytest.approx(1.5 * small.skeleton.rest_positions)
    assert not tall.report["height_assumed"]
    assert estimate_motion(video).report["height_assumed"]


def test_a_mirrored_video_gives_the_mirrored_motion() -> None:
    video = filmed(walking(times(1)), noise_m=0.01)
    motion, other = (estimate_motion(v, height_m=HEIGHT_M) for v in (video, mirrored(video)))
    swap = [BONE[_swapped(name)] for name in HUMAN_BONES]
    expected = motion.rotations[:, swap] * (1.0, -1.0, -1.0, 1.0)
    same = np.abs((other.rotations * expected).sum(axis=-1))
    assert same.min() > 1.0 - 1e-6
    assert other.root_positions == pytest.approx(motion.root_positions * (-1.0, 1.0, 1.0), abs=1e-6)
    assert (other.foot_contacts == motion.foot_contacts[:, ::-1]).all()


def _swapped(name: str) -> str:
    if name.startswith("left"):
        return "right" + name[4:]
    return "left" + name[5:] if name.startswith("right") else name


def test_live_steps_over_a_file_equal_the_offline_steps_before_smoothing() -> None:
    video = filmed(walking(times(1)), noise_m=0.01)
    offline = raw_motion(video, PERSON)
    live: LiveMemory | None = None
    for number, frame in enumerate(video.frames):
        before: PoseMemory | None = live.pose if live else None
        pose, _ = pose_step(frame, PERSON, before)
        _, live = live_step(frame, PERSON, live)
        assert (pose.rotations == offline.rotations[number]).all()
        assert (pose.root_position == offline.root_positions[number]).all()


def test_live_feet_stand_and_live_motion_follows() -> None:
    truth = standing(times(4))
    memory, poses = None, []
    for frame in filmed(truth, noise_m=0.004).frames:
        pose, memory = live_step(frame, PERSON, memory)
        poses.append(pose)
    settled = np.array([pose.root_position for pose in poses[30:]])
    assert np.ptp(settled, axis=0).max() < 0.05
    assert all(pose.foot_contacts.all() for pose in poses[30:])
    assert np.isfinite([pose.rotations for pose in poses]).all()


def test_a_gap_is_filled_and_nothing_snaps() -> None:
    video = filmed(standing(times(4)))
    hole = [replace(f, body=None) if 40 <= n < 55 else f for n, f in enumerate(video.frames)]
    motion = estimate_motion(TrackedVideo(tuple(hole)), height_m=HEIGHT_M)
    places = joints(motion)
    whole = joints(estimate_motion(video, height_m=HEIGHT_M))
    assert (
        np.linalg.norm(np.diff(places, axis=0), axis=-1).max()
        < 1.5 * np.linalg.norm(np.diff(whole, axis=0), axis=-1).max() + 0.01
    )
    assert motion.report["coverage"]["body"] < 1.0


def test_a_long_absence_eases_to_rest() -> None:
    video = filmed(standing(times(6)))
    hole = [replace(f, body=None) if n >= 60 else f for n, f in enumerate(video.frames)]
    motion = estimate_motion(TrackedVideo(tuple(hole)), height_m=HEIGHT_M)
    ended = quaternions.rotate(motion.rotations[-1, BONE["leftUpperArm"]], np.array([1.0, 0.0, 0.0]))
    assert ended[1] < -0.9


def test_a_single_wrong_picture_leaves_no_trace() -> None:
    video = filmed(standing(times(3)))
    frames = list(video.frames)
    frames[45] = replace(frames[45], body=mirrored(TrackedVideo((frames[45],))).frames[0].body)
    wrong, right = (estimate_motion(TrackedVideo(tuple(f)), height_m=HEIGHT_M) for f in (frames, video.frames))
    assert angles_deg(wrong, right).max() < 6.0


@pytest.mark.parametrize(("count", "fps"), [(1, 30.0), (2, 30.0), (3, 1.0), (5, 1.0), (120, 240.0)])
def test_any_number_and_rate_of_pictures_is_moved(count: int, fps: float) -> None:
    motion = estimate_motion(filmed(standing(np.arange(count) / fps)))
    assert len(motion) == count
    assert np.isfinite(motion.rotations).all() and np.isfinite(motion.root_positions).all()


def test_nobody_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match="shows no person"):
        estimate_motion(TrackedVideo((TrackedFrame(0.0, SIZE_PX), TrackedFrame(0.1, SIZE_PX))))


def moved_aside(video: TrackedVideo, later_s: float, aside_px: float) -> list[TrackedFrame]:
    """The frames so much later, of somebody who is elsewhere."""
    aside = np.array([aside_px, 0.0])
    return [
        replace(frame, time_s=frame.time_s + later_s, body=replace(frame.body, points_px=frame.body.points_px + aside))
        for frame in video.frames
        if frame.body is not None
    ]


def test_who_is_found_again_elsewhere_is_met_without_a_jerk() -> None:
    first, then = filmed(standing(times(2))), moved_aside(filmed(walking(times(2))), 3.0, 1000.0)
    nobody = [TrackedFrame(2.0 + time, SIZE_PX) for time in times(1)]
    found = estimate_motion(TrackedVideo((*first.frames, *nobody, *then)), height_m=HEIGHT_M)
    assert found.report["takes"] == 2
    turns = 2.0 * np.degrees(np.arccos(np.minimum(np.abs((found.rotations[1:] * found.rotations[:-1]).sum(axis=-1)), 1.0)))
    assert turns[55:95].max() < 15.0


def test_a_cut_is_not_smoothed_over() -> None:
    near, moved = filmed(standing(times(2))), moved_aside(filmed(walking(times(2))), 2.0, 500.0)
    both = estimate_motion(TrackedVideo((*near.frames, *moved)), height_m=HEIGHT_M)
    alone = estimate_motion(near, height_m=HEIGHT_M)
    assert both.report["takes"] == 2
    assert angles_deg(part_of(both, slice(0, 60)), alone).max() < 5.0
    assert np.linalg.norm(np.diff(both.root_positions[:, [0, 2]], axis=0), axis=-1).max() < 0.1
