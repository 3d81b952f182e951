from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE
from benchmarks.studio import metrics
from benchmarks.studio.cameras import CameraWork
from benchmarks.studio.clips import CLIPS, direct, make_clip
from benchmarks.studio.compare import body_record, face_record, floor_record, hand_record, of_motion, to_view
from benchmarks.studio.faces import expression_tour, look, talking_face
from benchmarks.studio.figure import Figure, make_figure
from benchmarks.studio.film import filmed
from benchmarks.studio.hands import HAND_POSES, finger_rotations
from benchmarks.studio.legs import leg_rotations
from benchmarks.studio.stage import make_stage
from benchmarks.studio.truth import finger_curls, gaze_deg, load_truth

WHOLE_BODIES = [name for name, plan in CLIPS.items() if plan.full_body]


@pytest.fixture(scope="module")
def figure() -> Figure:
    return make_figure(CLIPS["dance"].recipe)


@pytest.mark.parametrize("name", WHOLE_BODIES)
def test_feet_that_stand_do_not_move_and_nothing_is_below_the_floor(figure: Figure, name: str):
    clip = direct(CLIPS[name], name, figure)
    balls = clip.sole_points[:, :, 1]
    assert metrics.contact_skate_mm(balls, clip.motion.foot_contacts) < 0.1
    assert np.abs(balls[clip.motion.foot_contacts > 0.5][:, 1]).max() < 1e-3
    assert clip.sole_points[..., 1].min() > -2e-3


@pytest.mark.parametrize("name", CLIPS)
def test_what_is_filmed_is_in_the_picture_all_the_time(figure: Figure, name: str):
    clip = direct(CLIPS[name], name, figure)
    bones = list(BONE.values()) if clip.full_body else [BONE["head"], BONE["leftEye"], BONE["rightEye"]]
    for frame in range(0, len(clip.motion), 5):
        pixels = clip.camera(frame).project(clip.joints[frame, bones])
        assert (pixels >= 0).all()
        assert (pixels <= clip.size_px).all()


def test_the_same_seed_gives_the_same_clip_and_another_another(figure: Figure):
    plan = CLIPS["gestures"]
    first, again, other = (direct(p, "clip", figure) for p in (plan, plan, replace(plan, seed=99)))
    assert (first.motion.rotations == again.motion.rotations).all()
    assert (first.camera_to_world == again.camera_to_world).all()
    assert np.abs(first.motion.rotations - other.motion.rotations).max() > 0.1


def test_truth_that_was_saved_comes_back(figure: Figure, tmp_path):
    clip = direct(CLIPS["jump"], "jump", figure)
    clip.save(tmp_path / "truth.npz")
    back = load_truth(tmp_path / "truth.npz")
    assert (back.joints == clip.joints).all()
    assert (back.sole_points == clip.sole_points).all()
    assert (back.name, back.recipe, back.size_px, back.fps) == (clip.name, clip.recipe, clip.size_px, clip.fps)


def test_the_truth_measured_against_itself_has_no_error(figure: Figure):
    clip = direct(CLIPS["walk"], "walk", figure)
    every = np.arange(len(clip.motion))
    turned = of_motion(clip.motion).turned(to_view(clip))
    record = (
        body_record(turned, turned, clip.fps) | floor_record(clip.motion, clip, every) | hand_record(clip.motion, clip, every)
    )
    record |= face_record(clip.motion.expressions, clip.motion.expressions)
    nothing = ("direction, deg", "position, mm", "position aligned, mm", "lag, ms", "skate in contacts, mm/frame",
               "root drift, share of path", "finger curl, deg", "expression", "gaze, deg")  # fmt: skip
    assert {name: record[name] for name in nothing} == pytest.approx(dict.fromkeys(nothing, 0.0), abs=0.1)
    assert record["jitter"] == record["jitter of truth"]


@pytest.mark.parametrize("pose", HAND_POSES)
def test_the_curl_of_fingers_is_read_back_as_it_was_given(pose: str):
    curls = np.tile(HAND_POSES[pose], (1, 2, 1))
    rows, rotations = finger_rotations(curls, np.full((1, 2), 0.1))
    local = np.tile(quaternions.IDENTITY, (1, 55, 1))
    local[:, rows] = rotations
    assert finger_curls(local) == pytest.approx(curls, abs=0.05)


def test_a_bent_finger_comes_to_the_palm_on_both_hands():
    rows, rotations = finger_rotations(np.full((1, 2, 5), 1.5), np.zeros((1, 2)))
    local = dict(zip(rows, rotations[0], strict=True))
    for side, outward in (("left", 1.0), ("right", -1.0)):
        tip = quaternions.rotate(local[BONE[f"{side}IndexProximal"]], np.array([outward, 0.0, 0.0]))
        assert tip[1] < -0.3  # palms look down in the T-pose
        thumb = quaternions.rotate(local[BONE[f"{side}ThumbDistal"]], np.array([outward, 0.0, 1.0]))
        assert thumb[1] < -0.2


def test_gaze_is_read_back_as_it_was_given():
    yaw, pitch = np.array([-20.0, 0.0, 22.0]), np.array([10.0, -8.0, 0.0])
    assert gaze_deg(look(yaw, pitch)) == pytest.approx(np.stack([np.stack([yaw, pitch], -1)] * 2, axis=1))


@pytest.mark.parametrize("face", [talking_face, expression_tour])
def test_faces_stay_within_their_weights_and_do_something(face):
    weights = face(np.random.default_rng(3), np.arange(200) / 25)
    assert 0 <= weights.min() <= weights.max() <= 1
    assert (np.ptp(weights, axis=0) > 0.3).sum() > 8


def test_a_leg_reaches_its_goal_with_the_knee_ahead():
    thigh, shank = np.array([0.0, -0.4, 0.02]), np.array([0.0, -0.38, -0.02])
    goal = np.array([[0.1, -0.6, 0.2], [0.0, -0.7, -0.1]])
    upper, lower = leg_rotations(thigh, shank, goal, np.array([[0, 0, 1.0], [0, 0, 1.0]]))
    knee = quaternions.rotate(upper, thigh)
    assert knee + quaternions.rotate(lower, shank) == pytest.approx(goal, abs=1e-9)
    assert (knee[:, 2] > 0.5 * goal[:, 2] + 0.05).all()


@pytest.mark.vulkan
def test_the_joints_of_the_truth_lie_on_the_figure_in_the_picture(figure: Figure):
    plan = replace(CLIPS["exercise"], seconds=0.6, fps=5.0, size_px=(160, 160), camera=CameraWork(sway=0.1))
    clip = direct(plan, "small", figure)
    stage = make_stage(1)
    shown = list(filmed(clip, figure, stage, 1))
    empty = list(filmed(clip, nobody(figure), stage, 1))
    inner = [BONE[f"{side}{bone}"] for side in ("left", "right") for bone in ("LowerArm", "Hand", "LowerLeg", "Foot")]
    for frame, (picture, room) in enumerate(zip(shown, empty, strict=True)):
        differs = np.abs(picture.astype(int) - room.astype(int)).max(axis=-1) > 12
        columns, rows = np.floor(clip.camera(frame).project(clip.joints[frame, inner])).astype(int).T
        assert differs[rows, columns].mean() > 0.85
        assert differs.mean() < 0.4


def nobody(figure: Figure) -> Figure:
    """Nobody."""
    from avatarkit.gltf.document import Document
    from avatarkit.render.puppet import Puppet

    return replace(figure, puppet=Puppet(Document(), ()), joint_nodes={}, morphs={})


@pytest.mark.vulkan
def test_a_clip_is_filmed_once(tmp_path):
    plan = replace(CLIPS["exercise"], seconds=0.4, fps=10.0, size_px=(64, 64))
    film, truth = make_clip("tiny", plan, folder=tmp_path, samples=1)
    written = film.stat().st_mtime_ns
    again, same = make_clip("tiny", plan, folder=tmp_path, samples=1)
    assert (again, again.stat().st_mtime_ns) == (film, written)
    assert (same.joints == truth.joints).all()
