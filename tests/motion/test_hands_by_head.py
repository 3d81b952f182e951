"""Laws of hands that are shown beside the head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.estimate import raw_motion
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.motion.joints.hands_by_head import (
    BEFORE_EYES_M,
    FAR_DEPTH_M,
    FAR_M,
    MOST_M,
    bring_beside_the_head,
    eyes_place,
    hands_by_head,
    shoulder_place,
)
from avatarkit.motion.joints.joint_points import JointPoints
from avatarkit.motion.joints.solve import solve_joints
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.motion.lift import lift
from avatarkit.motion.picture_camera import assumed_camera
from avatarkit.tracking.tracked_frame import TrackedVideo
from avatarkit.vocabulary.mediapipe_points import HAND, HAND_POINTS, POSE
from tests.motion.simulated import CAMERA_HEIGHT_M, DISTANCE_M, PERSON, SIZE_PX, filmed, motion_of, points_of, standing

TIMES = np.arange(5) / 30.0
EYES = [BONE["leftEye"], BONE["rightEye"]]
RISE_M, NEAR_ENOUGH_M = 0.04, 0.01
WRIST = BONE["rightHand"]
ARMS_AWAY_M = 1.5
AS_IT_IS = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
EYES_SEEN = np.array(eyes_place(PERSON.head_levers, AS_IT_IS, AS_IT_IS))
SHOULDERS = [np.array(shoulder_place(PERSON.head_levers, side, AS_IT_IS, AS_IT_IS)) for side in (0, 1)]


def saluting(share: float = 1.0) -> HumanMotion:
    """The right hand at the brow, or so far on the way to it."""
    motion = standing(TIMES)
    rotations = np.array(motion.rotations)
    for bone, vector in (("rightUpperArm", (0.0, 0.9, 0.3)), ("rightLowerArm", (0.0, 2.3, 0.0))):
        goal = quaternions.from_rotation_vector(np.array(vector))
        rotations[:, BONE[bone]] = quaternions.slerp(rotations[:, BONE[bone]], goal, np.array(share))
    return motion_of(TIMES, motion.root_positions, rotations)


def shrugged(video: TrackedVideo) -> TrackedVideo:
    """The video as a tracker tells it that sees shoulders and elbows too high, wrists and eyes where they are."""
    rows = [POSE[side + point] for side in ("left", "right") for point in ("Shoulder", "Elbow")]
    focal_px = assumed_camera(video.frames[0].size_px).focal_px
    frames = []
    for frame in video.frames:
        assert frame.body is not None
        points, metres = np.array(frame.body.points_px), np.array(frame.body.world_m)
        points[rows] -= (0.0, RISE_M * focal_px / DISTANCE_M)
        metres[rows] += (0.0, RISE_M, 0.0)
        frames.append(replace(frame, body=replace(frame.body, points_px=points, world_m=metres)))
    return TrackedVideo(tuple(frames), video.source)


def from_eyes(motion: HumanMotion) -> np.ndarray:
    """(T, 2) where the right wrist is, seen from the eyes, across the picture."""
    places = world_positions(motion.skeleton, motion.root_positions, world_rotations(motion.rotations))
    return (places[:, BONE["rightHand"]] - places[:, EYES].mean(axis=1))[:, :2]


def test_a_hand_at_the_brow_is_where_it_is_seen_though_shoulders_are_not() -> None:
    truth = saluting()
    assert np.linalg.norm(from_eyes(truth), axis=1).max() < FAR_M
    found = raw_motion(shrugged(filmed(truth)), PERSON)
    assert np.abs(from_eyes(found) - from_eyes(truth)).max() < NEAR_ENOUGH_M


def right_hand_of(motion: HumanMotion) -> np.ndarray:
    """(21, 3) a flat right hand as the first pose turns it."""
    points = np.zeros((len(HAND_POINTS), 3))
    for knuckle, across in (("indexMcp", 0.02), ("middleMcp", 0.0), ("littleMcp", -0.04)):
        points[HAND[knuckle]] = -0.09, 0.0, across
    return np.asarray(quaternions.rotate(world_rotations(motion.rotations)[0, WRIST], points))


def arm_to(wrist: np.ndarray) -> np.ndarray:
    """(33, 3) points of a body of which only the right arm is anywhere, its wrist there and its elbow below."""
    upper, fore = (float(np.linalg.norm(PERSON.head_levers[row])) for row in (8, 10))
    way = wrist - SHOULDERS[1]
    far = float(np.linalg.norm(way))
    along = (upper**2 - fore**2 + far**2) / (2.0 * far)
    aside = np.cross(np.cross(way, (-0.5, -1.0, 0.0)), way)
    elbow = SHOULDERS[1] + along / far * way + np.sqrt(upper**2 - along**2) / np.linalg.norm(aside) * aside
    points = np.zeros((len(POSE), 3))
    points[[POSE["rightShoulder"], POSE["rightElbow"], POSE["rightWrist"]]] = SHOULDERS[1], elbow, wrist
    return points


def seen_at(points: np.ndarray, wrist: np.ndarray) -> np.ndarray:
    """(2, 3) elbow and wrist of an arm whose wrist is seen where another one would be, brought beside the head."""
    middle = 0.5 * (SHOULDERS[0] + SHOULDERS[1])
    places = np.array([EYES_SEEN, wrist, wrist])
    slopes = places[:, :2] / (ARMS_AWAY_M + middle[2] - places[:, 2:])
    shoulders = (tuple(SHOULDERS[0].tolist()), tuple(SHOULDERS[1].tolist()))
    moved = np.array(points)
    bring_beside_the_head(
        moved, 1, tuple(EYES_SEEN.tolist()), shoulders, slopes, 1.0, ARMS_AWAY_M, AS_IT_IS, PERSON.head_levers
    )
    return moved[[POSE["rightElbow"], POSE["rightWrist"]]]


def test_a_wrist_that_is_shown_elsewhere_and_too_near_comes_to_its_place_and_the_elbow_hardly_moves() -> None:
    truth = EYES_SEEN + np.array([-0.05, -0.12, BEFORE_EYES_M])
    told = arm_to(truth + np.array([-0.02, -0.07, 0.10]))
    elbow, wrist = seen_at(told, truth)
    assert np.abs(wrist - truth)[:2].max() < NEAR_ENOUGH_M
    assert abs(wrist[2] - truth[2]) < 0.06
    assert np.linalg.norm(elbow - told[POSE["rightElbow"]]) < 0.05
    lengths = np.linalg.norm([elbow - SHOULDERS[1], wrist - elbow], axis=1)
    np.testing.assert_allclose(lengths, np.linalg.norm(PERSON.head_levers[[8, 10]], axis=1), atol=0.002)


def test_a_hand_that_is_by_the_head_in_the_picture_only_stays() -> None:
    behind = EYES_SEEN + np.array([0.0, -0.2, BEFORE_EYES_M - 1.01 * FAR_DEPTH_M])
    told = arm_to(behind)
    np.testing.assert_allclose(
        seen_at(told, behind + np.array([0.05, 0.05, 0.0])), told[[POSE["rightElbow"], POSE["rightWrist"]]], atol=1e-3
    )


def test_hands_far_from_the_head_are_not_asked_about() -> None:
    motion, camera = saluting(0.0), assumed_camera(SIZE_PX)
    body = filmed(motion).frames[0].body
    assert body is not None
    points = points_of(motion)[0] - (0.0, CAMERA_HEIGHT_M, DISTANCE_M)
    assert hands_by_head(body, points, PERSON.head_levers, camera) is None


def test_hands_keep_their_own_turn_and_are_moved_no_further_than_believable() -> None:
    frame = filmed(saluting()).frames[0]
    assert frame.body is not None
    points = np.array(frame.body.points_px)
    points[POSE["rightWrist"]] -= (0.0, 0.3 * assumed_camera(SIZE_PX).focal_px / DISTANCE_M)
    told = [
        hands_by_head(part, lifted, PERSON.head_levers, assumed_camera(SIZE_PX))
        for part, lifted in (
            (frame.body, lift(frame.body, PERSON, assumed_camera(SIZE_PX))),
            (replace(frame.body, points_px=points), lift(frame.body, PERSON, assumed_camera(SIZE_PX))),
        )
    ]
    seen = JointPoints(
        lift(frame.body, PERSON, assumed_camera(SIZE_PX)), frame.body.visibility, right_hand=right_hand_of(saluting())
    )
    before, after = (world_rotations(solve_joints(seen, None, by_head).rotations) for by_head in told)
    hand = BONE["rightHand"]
    assert abs(float(before[hand] @ after[hand])) > 1.0 - 1e-9
    ways = [world_positions(PERSON.skeleton, np.zeros(3), world)[hand] for world in (before, after)]
    assert 0.5 * MOST_M < np.linalg.norm(ways[1] - ways[0]) < MOST_M + NEAR_ENOUGH_M
