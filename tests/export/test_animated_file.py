from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avatarkit.errors import InputError, UsageError
from avatarkit.export.animated_file import animated_glb
from avatarkit.export.files import glb_bytes, vrm1_bytes
from avatarkit.geometry import quaternions
from avatarkit.gltf.container import join_container, split_container
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.motion.human_motion import HumanMotion
from avatarkit.retargeting.retarget import retarget
from avatarkit.retargeting.rig_motion import RigMotion
from avatarkit.rig.load_rig import load_rig
from tests.box_person import box_person
from tests.judges import khronos_reports
from tests.retargeting.moving_people import BODY, random_motion

MOTION = random_motion(BODY)

RIGS = (
    "m2m_human_sintel.glb", "m2m_human_bunny.glb", "m2m_rigify_names.glb", "kaykit_mannequin/manny_med_mod.gltf",
    "madjin_cryptovoxels_vrm0.vrm", "sat_armature_transform_vrm0.vrm", "sat_debug_robot_vrm1.vrm",
)  # fmt: skip


def on(data: bytes, motion: HumanMotion = MOTION) -> RigMotion:
    return retarget(motion, load_rig(data), feet="never")


def parts(data: bytes) -> tuple[dict[str, Any], bytes]:
    text, binary = split_container(data)
    return json.loads(text), binary or b""


@pytest.fixture(scope="module", params=[glb_bytes, vrm1_bytes], ids=["glb", "vrm"])
def original(request: pytest.FixtureRequest) -> bytes:
    return request.param(box_person())


def test_all_that_was_in_the_file_stays_as_it_was(original: bytes):
    before, blob = parts(original)
    after, longer = parts(animated_glb(on(original)))
    assert longer.startswith(blob.rstrip(b"\0"))
    for key, value in before.items():
        if key in ("accessors", "bufferViews", "animations"):
            assert after[key][: len(value)] == value
        elif key != "buffers":
            assert after[key] == value, key
    assert set(after) - set(before) <= {"animations"}


def test_it_plays_what_the_rig_does(original: bytes):
    motion = on(original)
    document = document_from_bytes(animated_glb(motion))
    channels = {(channel.node, channel.path): channel for channel in document.animations[-1].channels}
    for joint, node in enumerate(motion.rig.nodes):
        if (node, "rotation") in channels:
            found = channels[node, "rotation"].values
            assert np.abs(np.sum(found * motion.rotations[:, joint], axis=1)).min() > 1 - 1e-6
        else:
            rest = motion.rig.skeleton.rest_rotations[joint]
            assert np.abs(motion.rotations[:, joint] @ rest).min() > 1 - 1e-6
    hips = motion.rig.nodes[motion.rig.human_bones["hips"]]
    np.testing.assert_allclose(
        channels[hips, "translation"].values, motion.translations[:, motion.rig.human_bones["hips"]], atol=1e-6
    )


def test_weights_set_every_target_of_their_mesh(original: bytes):
    document = document_from_bytes(animated_glb(on(original)))
    weights = [channel for channel in document.animations[-1].channels if channel.path == "weights"]
    assert weights
    for channel in weights:
        mesh = document.meshes[document.nodes[channel.node].mesh]
        columns = [mesh.target_names.index(name) for name in ("jawOpen", "eyeBlinkLeft")]
        np.testing.assert_allclose(channel.values[:, columns], MOTION.expressions[:, [17, 0]], atol=1e-6)


def test_a_still_motion_takes_one_key_or_none():
    still = replace(random_motion(BODY, most_deg=0), expressions=np.zeros((20, 52)))
    still = replace(still, root_positions=np.broadcast_to(still.root_positions[:1], (20, 3)))
    small, moving = (
        document_from_bytes(animated_glb(on(glb_bytes(box_person()), clip))).animations[-1] for clip in (still, MOTION)
    )
    assert len(small.channels) < 20 < len(moving.channels)
    assert all(len(channel.times_s) == 1 for channel in small.channels)


def test_times_begin_at_zero_and_rise_even_in_single_precision():
    late = replace(MOTION, times_s=1e6 + np.arange(len(MOTION)) * 1e-9)
    document = document_from_bytes(animated_glb(on(glb_bytes(box_person()), late)))
    times = document.animations[-1].channels[0].times_s
    assert times[0] == 0
    assert (np.diff(times) > 0).all()


def test_an_animation_that_was_there_stays_before_the_new_one():
    once = animated_glb(on(glb_bytes(box_person())), name="first")
    twice = document_from_bytes(animated_glb(on(once), name="second"))
    assert [clip.name for clip in twice.animations] == ["first", "second"]


def test_a_matrix_becomes_translation_rotation_and_scale_before_it_moves():
    root, blob = parts(glb_bytes(box_person()))
    hips = next(node for node in root["nodes"] if node["name"] == "hips")
    place = hips.pop("translation")
    hips["matrix"] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, *place, 1]
    after, _ = parts(animated_glb(on(join_container(json.dumps(root).encode(), blob))))
    moved = next(node for node in after["nodes"] if node["name"] == "hips")
    assert "matrix" not in moved
    assert moved["translation"] == pytest.approx(place)


def test_buffers_and_pictures_beside_the_file_come_into_it(tmp_path: Path):
    root, blob = parts(glb_bytes(box_person()))
    root["buffers"] = [{"uri": "body%20data.bin", "byteLength": len(blob)}]
    view = root["bufferViews"][root["images"][0]["bufferView"]]
    picture = blob[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]
    root["images"][0] = {"uri": "skin.png", "name": "skin"}
    (tmp_path / "body data.bin").write_bytes(blob)
    (tmp_path / "skin.png").write_bytes(picture)
    (tmp_path / "rig.gltf").write_text(json.dumps(root))
    motion = retarget(MOTION, load_rig(tmp_path / "rig.gltf"))
    shutil.rmtree(tmp_path / "elsewhere", ignore_errors=True)
    document = document_from_bytes(animated_glb(motion))  # without a folder: it needs no other file
    assert document.images[0].data == picture
    assert len(document.meshes) == 2


def test_no_file_outside_the_rigs_folder_is_read(tmp_path: Path):
    (tmp_path / "rig").mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    root, blob = parts(glb_bytes(box_person()))
    motion = on(glb_bytes(box_person()))
    root["images"][0] = {"uri": "../secret.png"}
    rig = replace(motion.rig, data=join_container(json.dumps(root).encode(), blob), folder=tmp_path / "rig")
    with pytest.raises(InputError, match="outside"):
        animated_glb(replace(motion, rig=rig))


def test_a_rig_without_a_file_says_so():
    with pytest.raises(UsageError, match="load_rig"):
        animated_glb(retarget(MOTION, box_person().rig))


@pytest.mark.parametrize(("name", "says"), [("a.vrm", "vrma"), ("a.gltf", "glb"), ("a.fbx", "written as"), ("a", "written as")])
def test_another_suffix_is_refused_with_advice(name: str, says: str, tmp_path: Path):
    with pytest.raises(UsageError, match=says):
        on(glb_bytes(box_person())).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_human_motion_alone_makes_no_glb(tmp_path: Path):
    with pytest.raises(UsageError, match="needs a rig"):
        MOTION.save(tmp_path / "a.glb")


@pytest.mark.parametrize("suffix", [".glb", ".vrma", ".bvh", ".csv", ".npz"])
def test_every_suffix_is_written(suffix: str, tmp_path: Path):
    on(glb_bytes(box_person())).save(tmp_path / f"a{suffix.upper()}")
    assert (tmp_path / f"a{suffix.upper()}").stat().st_size > 1000


@pytest.mark.node
def test_the_khronos_validator_finds_nothing_in_our_own_body(original: bytes, tmp_path: Path):
    _judge({tmp_path / "before.glb": original}, tmp_path)


@pytest.mark.node
@pytest.mark.shared_media
def test_the_khronos_validator_finds_nothing_that_was_not_in_the_rig(shared_media: Path, tmp_path: Path):
    _judge({shared_media / "rigs" / name: None for name in RIGS}, tmp_path)


def _judge(rigs: dict[Path, bytes | None], folder: Path) -> None:
    outputs = []
    for path, data in rigs.items():
        if data is not None:
            path.write_bytes(data)
        outputs.append(folder / f"{path.stem}.moving.glb")
        retarget(MOTION, load_rig(path)).save(outputs[-1])
    for path, before, after in zip(rigs, khronos_reports(list(rigs)), khronos_reports(outputs), strict=True):
        new = _complaints(after) - _complaints(before)
        assert not new, f"{path.name}: {new}"


def _complaints(report: dict[str, Any]) -> set[str]:
    return {message["code"] for message in report["issues"]["messages"] if message["severity"] < 2}


def test_the_skeleton_that_the_file_shows_stands_as_the_rig_says(original: bytes):
    """The nodes' world transforms, walked as any viewer does, put the head where the retargeter has it."""
    motion = on(original)
    document = document_from_bytes(animated_glb(motion))
    rows = {(c.node, c.path): c.values[-1].astype(float) for c in document.animations[-1].channels}

    def world(node: int) -> tuple[np.ndarray, np.ndarray]:
        parent = document.parents[node]
        place = rows.get((node, "translation"), np.array(document.nodes[node].translation))
        turn = rows.get((node, "rotation"), np.array(document.nodes[node].rotation))
        if parent < 0:
            return place, turn
        above_place, above_turn = world(parent)
        return above_place + quaternions.rotate(above_turn, place), quaternions.multiply(above_turn, turn)

    from avatarkit.retargeting.skeleton_motion import world_transforms

    places, _ = world_transforms(motion.rig.skeleton, motion.translations[-1], motion.rotations[-1])
    head = motion.rig.human_bones["head"]
    np.testing.assert_allclose(world(motion.rig.nodes[head])[0], places[head], atol=1e-5)
