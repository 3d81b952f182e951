from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from avatarkit.export.files import save_avatar
from avatarkit.export.vrma import vrma_glb
from avatarkit.geometry import quaternions
from avatarkit.gltf.container import split_container
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.retargeting.read_motion import read_motion
from avatarkit.retargeting.retarget import retarget
from avatarkit.retargeting.skeleton_motion import world_transforms
from avatarkit.rig.load_rig import load_rig
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from tests.box_person import box_person
from tests.judges import assert_khronos_clean, three_vrm_playing
from tests.retargeting.moving_people import BODY, random_motion
from tests.retargeting.test_retarget import angles_deg


def _motion() -> HumanMotion:
    """Random, except that both eyes look the same way: a VRM animation has one gaze."""
    motion = random_motion(BODY)
    rotations = np.array(motion.rotations)
    gaze = quaternions.from_rotation_vector(np.random.default_rng(3).uniform(-0.3, 0.3, (len(motion), 3)) * (1, 1, 0))
    rotations[:, BONE["leftEye"]] = rotations[:, BONE["rightEye"]] = gaze
    return replace(motion, rotations=rotations)


MOTION = _motion()


@pytest.fixture(scope="module")
def stated() -> dict[str, Any]:
    return json.loads(split_container(vrma_glb(MOTION))[0])


def test_it_says_what_the_specification_wants(stated: dict[str, Any]):
    extension = stated["extensions"]["VRMC_vrm_animation"]
    bones = extension["humanoid"]["humanBones"]
    assert extension["specVersion"] == "1.0"
    assert stated["extensionsUsed"] == ["VRMC_vrm_animation"]
    assert not {"leftEye", "rightEye"} & set(bones)
    assert set(extension["expressions"]["custom"]) == set(ARKIT_NAMES)
    assert "mesh" not in json.dumps(stated["nodes"])
    translated = {c["target"]["node"] for c in stated["animations"][0]["channels"] if c["target"]["path"] == "translation"}
    expressive = {entry["node"] for entry in extension["expressions"]["custom"].values()}
    assert translated == {bones["hips"]["node"]} | expressive
    assert not any(c["target"]["path"] == "scale" for c in stated["animations"][0]["channels"])


def test_its_rest_pose_is_the_t_pose_with_parallel_axes(stated: dict[str, Any]):
    assert not any("rotation" in node or "scale" in node for node in stated["nodes"])
    hips = stated["nodes"][stated["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"]["hips"]["node"]]
    assert hips["translation"][1] == pytest.approx(BODY.hip_height)


def test_an_expressions_weight_is_the_x_of_its_node():
    document = document_from_bytes(vrma_glb(MOTION))
    jaw = next(number for number, node in enumerate(document.nodes) if node.name == "jawOpen")
    (channel,) = [channel for channel in document.animations[0].channels if channel.node == jaw]
    wanted = MOTION.expressions[:, ARKIT_NAMES.index("jawOpen")]
    np.testing.assert_allclose(channel.values, np.outer(wanted, [1, 0, 0]), atol=1e-6)


def test_avatars_without_arkit_get_presets_and_never_both():
    blink = np.zeros_like(MOTION.expressions)
    blink[:, ARKIT_NAMES.index("eyeBlinkLeft")] = 0.7
    text = json.loads(split_container(vrma_glb(replace(MOTION, expressions=blink), presets=True))[0])
    assert text["extensions"]["VRMC_vrm_animation"]["expressions"].keys() == {"preset"}
    assert text["extensions"]["VRMC_vrm_animation"]["expressions"]["preset"].keys() == {"blinkLeft"}


def test_what_is_read_is_what_was_written(tmp_path: Path):
    MOTION.save(tmp_path / "clip.vrma")
    back = read_motion(tmp_path / "clip.vrma")
    at_keys = np.searchsorted(back.times_s, MOTION.times_s - 1e-4)
    rows = [row for name, row in BONE.items() if "Thumb" not in name]  # the boxes' thumbs are not as a T-pose has them
    assert angles_deg(back.rotations[at_keys][:, rows], MOTION.rotations[:, rows]).max() < 0.1
    np.testing.assert_allclose(back.root_positions[at_keys], MOTION.root_positions, atol=1e-5)
    np.testing.assert_allclose(back.expressions[at_keys], MOTION.expressions, atol=1e-5)


@pytest.mark.node
def test_the_khronos_validator_finds_no_error_and_no_warning(tmp_path: Path):
    MOTION.save(tmp_path / "clip.vrma")
    assert_khronos_clean(tmp_path / "clip.vrma")


@pytest.mark.browser
@pytest.mark.node
def test_three_vrm_plays_it_as_we_do(tmp_path: Path):
    """The VRM and the VRMA in a real browser: bones within a millimetre of our own kinematics, pictures that differ."""
    save_avatar(box_person(), tmp_path / "model.vrm")
    rig = load_rig(tmp_path / "model.vrm")
    slow = replace(MOTION, times_s=MOTION.times_s * 3)
    on_rig = retarget(slow, rig, feet="never")
    on_rig.save(tmp_path / "clip.vrma")
    indices = [2, 9, 17]
    moments, problems = three_vrm_playing(
        tmp_path / "model.vrm", tmp_path / "clip.vrma", slow.times_s[indices].tolist(), folder=tmp_path
    )
    assert not problems
    places, _ = world_transforms(rig.skeleton, on_rig.translations[indices], on_rig.rotations[indices])
    for moment, wanted, index in zip(moments, places, indices, strict=True):
        bones = [bone for bone in moment.bones if "Eye" not in bone]
        found = np.array([moment.bones[bone] for bone in bones])
        np.testing.assert_allclose(found, wanted[[rig.human_bones[bone] for bone in bones]], atol=1e-3)
        for name in ("jawOpen", "eyeBlinkLeft", "mouthPucker"):
            assert moment.expressions[name] == pytest.approx(MOTION.expressions[index, ARKIT_NAMES.index(name)], abs=1e-3)
    pictures = [np.asarray(Image.open(moment.picture).convert("RGB"), float) for moment in moments]
    for first, second in pairwise(pictures):
        assert np.abs(first - second).mean() > 1
