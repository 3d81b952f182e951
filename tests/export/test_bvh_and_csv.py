from __future__ import annotations

import csv as standard_csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avatarkit.export.bvh import bone_name, bvh_text, euler_zxy_deg
from avatarkit.export.csv import csv_text
from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.retargeting.bvh_file import parse_bvh
from avatarkit.retargeting.read_bvh import skeleton_motion
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES
from tests.retargeting.moving_people import BODY, random_motion
from tests.retargeting.test_retarget import angles_deg

MOTION = random_motion(BODY)


@pytest.mark.parametrize(("unit", "scale"), [("metres", 1.0), ("centimetres", 100.0)])
def test_joints_are_where_the_motion_has_them(unit: str, scale: float):
    shown = skeleton_motion(parse_bvh(bvh_text(MOTION, unit=unit).encode()))
    places, _ = shown.world
    wanted = world_positions(MOTION.skeleton, MOTION.root_positions, world_rotations(MOTION.rotations))
    names = list(shown.skeleton.names)
    for bone in HUMAN_BONES:
        np.testing.assert_allclose(places[:, names.index(bone_name(bone))] / scale, wanted[:, BONE[bone]], atol=1e-4)


def test_it_stands_upright_at_rest_and_every_chain_has_an_end():
    file = parse_bvh(bvh_text(MOTION).encode())
    rest, _ = skeleton_motion(file).skeleton.rest_world
    names = [joint.name for joint in file.joints]
    assert rest[names.index("Head"), 1] > rest[names.index("Hips"), 1] + 40
    assert rest[names.index("LeftHand"), 0] > 40
    parents = {joint.parent for joint in file.joints}
    assert all(joint.ends for number, joint in enumerate(file.joints) if number not in parents)
    assert all(len(joint.channels) == (3 if number else 6) for number, joint in enumerate(file.joints))


def test_names_are_unique():
    assert len({bone_name(bone) for bone in HUMAN_BONES}) == len(HUMAN_BONES)


def test_angles_say_the_rotation_even_where_they_lock():
    locked = quaternions.from_rotation_vector(np.array([[[np.pi / 2, 0, 0]], [[-np.pi / 2, 0, 0]]]))
    spun = quaternions.multiply(quaternions.from_rotation_vector(np.array([0, 0, 0.7])), locked)
    for rotations in (MOTION.rotations, spun):
        angles = np.radians(euler_zxy_deg(rotations))
        about = [
            quaternions.from_rotation_vector(angles[..., part, None] * np.eye(3)[axis]) for part, axis in enumerate((2, 0, 1))
        ]
        composed = quaternions.multiply(quaternions.multiply(about[0], about[1]), about[2])
        assert angles_deg(composed, rotations).max() < 1e-3


def test_angles_do_not_jump_by_whole_turns():
    spin = quaternions.from_rotation_vector(np.outer(np.linspace(0, 20, 200), (0, 1, 0)))[:, None]
    assert np.abs(np.diff(euler_zxy_deg(spin), axis=0)).max() < 10


def test_a_changing_frame_rate_is_made_steady():
    times = np.cumsum(np.where(np.arange(len(MOTION)) % 2, 0.02, 0.05))
    shown = parse_bvh(bvh_text(replace(MOTION, times_s=times)).encode())
    assert len(shown.frames) * shown.frame_time_s == pytest.approx(times[-1] - times[0], rel=0.1)


def test_one_moment_is_enough():
    one = random_motion(BODY, moments=1)
    assert len(parse_bvh(bvh_text(one).encode()).frames) == 1


def test_the_table_holds_everything_under_its_own_name(tmp_path: Path):
    (tmp_path / "a.csv").write_text(csv_text(MOTION))
    with (tmp_path / "a.csv").open() as file:
        assert file.readline().startswith("# ")
        rows = list(standard_csv.DictReader(file))
    assert len(rows) == len(MOTION)
    row = {name: float(value) for name, value in rows[7].items()}
    assert row["time_s"] == pytest.approx(MOTION.times_s[7], abs=1e-6)
    assert [row[f"hips_{axis}"] for axis in "xyz"] == pytest.approx(MOTION.root_positions[7], abs=1e-6)
    assert [row[f"leftHand_q{part}"] for part in "xyzw"] == pytest.approx(MOTION.rotations[7, BONE["leftHand"]], abs=1e-6)
    assert [row[name] for name in ARKIT_NAMES] == pytest.approx(MOTION.expressions[7], rel=1e-3)
    assert [row["contact_left"], row["contact_right"]] == MOTION.foot_contacts[7].tolist()
