"""Laws of people without legs in the picture: they face whoever sees the motion as they faced the camera."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.estimate import estimate_motion, raw_motion
from avatarkit.motion.facing import WATCHED_S, Facing, facing_of
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.motion.kinematics import world_rotations
from avatarkit.motion.live_steps import LiveMemory, live_step
from avatarkit.tracking.tracked_frame import TrackedVideo
from avatarkit.vocabulary.mediapipe_points import POSE
from tests.motion.simulated import DISTANCE_M, PERSON, filmed, motion_of, standing
from tests.motion.test_hands_by_head import TIMES, from_eyes, saluting, shrugged

ASIDE_M = 1.5
YAW_RAD = float(np.arctan2(ASIDE_M, DISTANCE_M))
NEARLY_DEG = 1.0
HIDDEN = [row for name, row in POSE.items() if any(part in name for part in ("Knee", "Ankle", "Heel", "Foot"))]


def aside(motion: HumanMotion) -> HumanMotion:
    """The same person at the picture's edge, turned to the camera."""
    rotations = np.array(motion.rotations)
    turn = quaternions.from_rotation_vector(np.array([0.0, -YAW_RAD, 0.0]))
    rotations[:, 0] = quaternions.multiply(turn, rotations[:, 0])
    return motion_of(motion.times_s, motion.root_positions + np.array([ASIDE_M, 0.0, 0.0]), rotations)


def at_the_edge(video: TrackedVideo, motion: HumanMotion) -> TrackedVideo:
    """The video of a motion as if it were filmed at the picture's edge; a tracker's metres are as if it were the middle."""
    frames = []
    for frame, seen in zip(video.frames, filmed(aside(motion)).frames, strict=True):
        assert frame.body is not None
        assert seen.body is not None
        frames.append(replace(frame, body=replace(frame.body, points_px=seen.body.points_px)))
    return TrackedVideo(tuple(frames), video.source)


def without_legs(video: TrackedVideo) -> TrackedVideo:
    """The video of a picture that ends above the knees."""
    frames = []
    for frame in video.frames:
        assert frame.body is not None
        visibility = np.array(frame.body.visibility)
        visibility[HIDDEN] = 0.02
        frames.append(replace(frame, body=replace(frame.body, visibility=visibility)))
    return TrackedVideo(tuple(frames), video.source)


def chest_yaw_deg(rotations: np.ndarray) -> np.ndarray:
    """(T,) where chests face, 0 for +Z, of local rotations (T, 55, 4)."""
    ahead = quaternions.rotate(world_rotations(rotations)[:, BONE["chest"]], np.array([0.0, 0.0, 1.0]))
    return np.degrees(np.arctan2(ahead[:, 0], ahead[:, 2]))


def shown_live(video: TrackedVideo) -> np.ndarray:
    """(T, 55, 4) what a live session shows of a video."""
    memory: LiveMemory | None = None
    shown = []
    for frame in video.frames:
        pose, memory = live_step(frame, PERSON, memory)
        shown.append(pose.rotations)
    return np.array(shown)


def test_who_looks_into_the_camera_from_the_pictures_edge_looks_ahead_live_and_from_a_file() -> None:
    video = without_legs(at_the_edge(filmed(motion := standing(np.arange(30) / 30)), motion))
    assert np.abs(chest_yaw_deg(raw_motion(video, PERSON).rotations)).max() < NEARLY_DEG
    assert np.abs(chest_yaw_deg(shown_live(video))).max() < NEARLY_DEG
    assert np.abs(chest_yaw_deg(estimate_motion(video).rotations)).max() < NEARLY_DEG


def test_whose_legs_are_seen_stays_in_the_cameras_axes() -> None:
    yaw = chest_yaw_deg(raw_motion(at_the_edge(filmed(standing(TIMES)), standing(TIMES)), PERSON).rotations)
    assert yaw == pytest.approx(-np.degrees(YAW_RAD), abs=NEARLY_DEG)


def test_a_turned_person_stands_where_they_stood() -> None:
    video = at_the_edge(filmed(standing(TIMES)), standing(TIMES))
    seen, turned = (raw_motion(each, PERSON).root_positions for each in (video, without_legs(video)))
    assert np.linalg.norm(turned - seen, axis=1).max() < 0.1


def test_a_turned_persons_hand_at_the_brow_is_where_it_is_seen() -> None:
    motion = saluting()
    found = raw_motion(without_legs(shrugged(at_the_edge(filmed(motion), motion))), PERSON)
    assert np.abs(from_eyes(found) - from_eyes(motion)).max() < 0.02


def test_nobody_turns_at_once_when_a_table_hides_the_legs() -> None:
    known: Facing | None = None
    for number in range(90):
        known = facing_of(number / 30, (1.0, 2.0), True, known)
    assert known is not None and known.turn is None
    turns = []
    for number in range(90, 90 + int(4 * WATCHED_S * 30)):
        known = facing_of(number / 30, (1.0, 2.0), False, known)
        turns.append(0.0 if known.turn is None else 2.0 * np.arcsin(known.turn[1]))
    assert turns[30] == 0.0
    assert np.diff(turns).max() < np.radians(15.0) / 30
    assert turns[-1] == pytest.approx(np.arctan(0.5), abs=1e-3)


def test_who_is_lost_in_a_live_session_faces_where_they_faced() -> None:
    motion = standing(np.arange(90) / 30)
    video = at_the_edge(filmed(motion), motion)
    lost = TrackedVideo(tuple(replace(f, body=None) if n > 10 else f for n, f in enumerate(video.frames)), video.source)
    hips = shown_live(lost)[-1, BONE["hips"]]
    assert 2.0 * np.degrees(np.arctan2(hips[1], hips[3])) == pytest.approx(-np.degrees(YAW_RAD), abs=2.0)
