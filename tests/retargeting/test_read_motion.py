from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avatarkit.errors import InputError, UsageError
from avatarkit.export.bvh import bvh_text
from avatarkit.export.files import glb_bytes
from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Animation, Channel
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.gltf.writing import document_to_glb
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.retargeting.ground import body_soles
from avatarkit.retargeting.read_animation import sample_channel
from avatarkit.retargeting.read_bvh import read_bvh
from avatarkit.retargeting.read_motion import read_motion
from avatarkit.retargeting.retarget import retarget
from avatarkit.rig.load_rig import load_rig
from tests.box_person import box_person
from tests.retargeting.moving_people import BODY, random_motion
from tests.retargeting.test_retarget import angles_deg

MOTION = random_motion(BODY, most_deg=40)

CAPTURES = ("ad_cmu_jumping_jacks", "ad_fair_dab", "ad_rokoko_jesse_dance", "cmu_02_01_walk", "cmu_salsa_03")
"""One of each convention: CMU's angles, Z up, joints that all point along X, CMU again with other names, Poser's."""


def in_file(text: str, folder: Path) -> HumanMotion:
    path = folder / "clip.bvh"
    path.write_text(text)
    return read_bvh(path)


def world_of(motion: HumanMotion) -> np.ndarray:
    return world_rotations(motion.rotations)


@pytest.mark.parametrize("unit", ["metres", "centimetres"])
def test_bvh_written_and_read_is_the_same_motion(unit: str, tmp_path: Path):
    back = in_file(bvh_text(MOTION, unit=unit), tmp_path)
    present = [bone for bone in BONE if back.skeleton.present[BONE[bone]]]
    assert len(present) >= 54  # a jaw is no bone of most BVH families
    rows = [BONE[bone] for bone in present if "Thumb" not in bone]
    assert angles_deg(back.rotations[:, rows], MOTION.rotations[:, rows]).max() < 0.1
    np.testing.assert_allclose(np.diff(back.root_positions, axis=0), np.diff(MOTION.root_positions, axis=0), atol=1e-4)
    np.testing.assert_allclose(back.times_s, MOTION.times_s, atol=1e-6)


def test_another_up_axis_and_unit_make_no_difference(tmp_path: Path):
    plain = in_file(bvh_text(MOTION), tmp_path)
    inches = in_file(_z_up_in_inches(bvh_text(MOTION)), tmp_path)
    assert angles_deg(world_of(inches), world_of(plain)).max() < 0.1
    np.testing.assert_allclose(inches.root_positions, plain.root_positions, atol=2e-3)


def test_the_frame_rate_can_be_told(tmp_path: Path):
    path = tmp_path / "clip.bvh"
    path.write_text(bvh_text(MOTION))
    np.testing.assert_allclose(read_bvh(path, fps=60).times_s, np.arange(len(MOTION)) / 60)


@pytest.mark.shared_media
@pytest.mark.parametrize("name", CAPTURES)
def test_captures_of_every_convention_stand_on_the_floor_upright(name: str, shared_media: Path):
    motion = read_motion(shared_media / "mocap" / f"{name}.bvh")
    places = world_positions(motion.skeleton, motion.root_positions, world_of(motion))
    up = places[:, BONE["head"]] - places[:, BONE["hips"]]
    assert np.mean(up[:, 1] / np.linalg.norm(up, axis=1)) > 0.8
    heights = body_soles(motion.skeleton).heights(motion.skeleton, motion.root_positions, world_of(motion)).min(axis=1)
    assert -0.01 < np.quantile(heights, 0.02) < 0.01
    assert 0.8 < motion.skeleton.hip_height < 1.1


@pytest.mark.shared_media
@pytest.mark.parametrize("name", CAPTURES)
def test_captures_look_where_they_go(name: str, shared_media: Path):
    """Head and chest face forward, that is across the line from the right to the left shoulder."""
    motion = read_motion(shared_media / "mocap" / f"{name}.bvh")
    world = world_of(motion)
    places = world_positions(motion.skeleton, motion.root_positions, world)
    left = places[:, BONE["leftUpperArm"]] - places[:, BONE["rightUpperArm"]]
    trunk = places[:, BONE["head"]] - places[:, BONE["hips"]]
    forward = np.cross(left, trunk)
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    looks = quaternions.rotate(world[:, BONE["head"]], np.array([0.0, 0.0, 1.0]))
    assert np.median(np.sum(looks * forward, axis=1)) > 0.75


@pytest.mark.shared_media
@pytest.mark.parametrize("name", CAPTURES)
def test_a_capture_written_as_bvh_is_the_same_capture(name: str, shared_media: Path, tmp_path: Path):
    motion = read_motion(shared_media / "mocap" / f"{name}.bvh")
    back = in_file(bvh_text(motion), tmp_path)
    rows = [row for row in range(55) if motion.skeleton.present[row] and back.skeleton.present[row]]
    assert angles_deg(world_of(back)[:, rows], world_of(motion)[:, rows]).max() < 0.1


def test_an_animated_glb_is_read_as_the_motion_it_shows(tmp_path: Path):
    rig = load_rig(glb_bytes(box_person()))
    retarget(MOTION, rig, feet="never").save(tmp_path / "moving.glb")
    back = read_motion(tmp_path / "moving.glb")
    at_keys = np.searchsorted(back.times_s, MOTION.times_s - 1e-4)
    rows = [row for bone, row in BONE.items() if "Eye" not in bone]  # the boxes' morphs turn the eyes
    assert angles_deg(back.rotations[at_keys][:, rows], MOTION.rotations[:, rows]).max() < 0.1
    np.testing.assert_allclose(back.root_positions[at_keys], MOTION.root_positions, atol=1e-5)
    np.testing.assert_allclose(back.expressions[at_keys], MOTION.expressions, atol=1e-5)


def test_the_longest_animation_is_read_unless_another_is_named(tmp_path: Path):
    document = document_from_bytes(glb_bytes(box_person()))
    hips = [node.name for node in document.nodes].index("hips")
    turn = np.array([[0, 0, 0, 1], [0, 1, 0, 0]], np.float32)
    clips = tuple(
        Animation(name, (Channel(hips, "rotation", np.array([0, end], np.float32), turn),))
        for name, end in (("short", 1.0), ("long", 2.0))
    )
    path = tmp_path / "clips.glb"
    path.write_bytes(document_to_glb(replace(document, animations=clips)))
    assert read_motion(path).times_s[-1] == 2
    assert read_motion(path, animation="short").times_s[-1] == 1
    assert read_motion(path, animation="0").times_s[-1] == 1
    with pytest.raises(UsageError, match="short"):
        read_motion(path, animation="shord")
    with pytest.raises(UsageError, match="counted from 0"):
        read_motion(path, animation="7")


def test_channels_are_sampled_as_the_specification_says():
    keys, times = np.array([0.0, 1.0], np.float32), np.array([-1.0, 0.25, 0.5, 3.0])
    values = np.array([[0, 0, 0], [1, 2, 3]], np.float32)
    linear = sample_channel(Channel(0, "translation", keys, values), times)
    np.testing.assert_allclose(linear[:, 2], [0, 0.75, 1.5, 3])
    step = sample_channel(Channel(0, "translation", keys, values, "STEP"), times)
    np.testing.assert_allclose(step[:, 2], [0, 0, 0, 3])
    flat = np.array([[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [1, 2, 3], [0, 0, 0]], np.float32)
    cubic = sample_channel(Channel(0, "translation", keys, flat, "CUBICSPLINE"), times)
    np.testing.assert_allclose(cubic[:, 2], [0, 3 * (3 * 0.0625 - 2 * 0.015625), 1.5, 3])
    half = sample_channel(Channel(0, "rotation", keys, np.array([[0, 0, 0, 1], [0, 1, 0, 0]], np.float32)), np.array([0.5]))
    np.testing.assert_allclose(half[0], [0, np.sqrt(0.5), 0, np.sqrt(0.5)], atol=1e-6)


@pytest.mark.parametrize(("name", "content", "says"), [
    ("nothing.bvh", None, "no such file"), ("clip.mp4", b"", "no motion file"), ("clip.npz", b"PK", "no whole motion file"),
    ("clip.glb", b"glTF", "damaged"), ("clip.vrma", b"", "not a glTF"), ("still.glb", glb_bytes(box_person()), "no animation"),
])  # fmt: skip
def test_what_cannot_be_read_is_named(name: str, content: bytes | None, says: str, tmp_path: Path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        read_motion(tmp_path / name)
    assert str(caught.value).startswith(name)


def test_a_skeleton_that_is_no_human_is_refused(tmp_path: Path):
    text = bvh_text(MOTION)
    with pytest.raises(InputError, match=r"clip\.bvh"):
        in_file(re.sub(r"JOINT (Left|Right)UpLeg.*?\n\t}\n", "", text, flags=re.S).replace("Spine", "Tail"), tmp_path)


def _z_up_in_inches(text: str) -> str:
    """The same clip with its axes turned: x, y, z become x, -z, y; and in inches."""
    order = {"X": ("X", 1), "Y": ("Z", 1), "Z": ("Y", -1)}

    def offset(match: re.Match[str]) -> str:
        x, y, z = (float(value) / 2.54 for value in match.group(1).split())
        return f"OFFSET {x:.6f} {-z:.6f} {y:.6f}"

    head, motion = re.sub(r"OFFSET (.*)", offset, text).split("MOTION")
    head = re.sub(r"([XYZ])(position|rotation)", lambda m: order[m.group(1)][0] + m.group(2), head)
    rows = [np.array(row.split(), float) for row in motion.splitlines()[3:]]
    for row in rows:
        row[:3] /= 2.54
        row[2] *= -1
        row[3::3] *= -1  # every first rotation was about Z, which is -Y now
    lines = ["MOTION", *motion.splitlines()[1:3], *(" ".join(f"{value:.6f}" for value in row) for row in rows)]
    return head + "\n".join(lines) + "\n"


@pytest.mark.shared_media
@pytest.mark.parametrize("name", CAPTURES)
def test_a_capture_without_names_is_the_same_motion(name: str, shared_media: Path, tmp_path: Path):
    text = (shared_media / "mocap" / f"{name}.bvh").read_text()
    numbers = iter(range(1000))
    plain, unnamed = (
        in_file(text, tmp_path),
        in_file(re.sub(r"(ROOT|JOINT)\s+\S+", lambda match: f"{match.group(1)} bone{next(numbers)}", text), tmp_path),
    )
    assert unnamed.report["naming"] == "structure"
    rows = [BONE[side + part] for side in ("left", "right") for part in ("UpperLeg", "LowerLeg", "UpperArm", "LowerArm")]
    assert np.median(angles_deg(world_of(unnamed)[:, rows], world_of(plain)[:, rows])) < 1


@pytest.mark.shared_media
@pytest.mark.parametrize("name", ["cmu_02_01_walk", "cmu_salsa_03", "ad_fair_dab"])
def test_feet_that_stand_are_level(name: str, shared_media: Path):
    motion = read_motion(shared_media / "mocap" / f"{name}.bvh")
    up = quaternions.rotate(world_of(motion)[:, [BONE["leftFoot"], BONE["rightFoot"]]], np.array([0.0, 1.0, 0.0]))[..., 1]
    assert np.degrees(np.arccos(np.median(up[motion.foot_contacts > 0.5]))) < 12
