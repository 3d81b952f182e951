from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avatarkit.errors import InputError, NotHumanoidError
from avatarkit.geometry import quaternions
from avatarkit.rig.canonical_rest import canonical_rest, hip_height
from avatarkit.rig.load_rig import load_rig
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.rig.structure import FAMILY as STRUCTURE
from avatarkit.vocabulary.vrm import REQUIRED_BONES
from benchmarks.rig_zoo import body_places
from benchmarks.rigs import MEDIA, REFUSED
from tests.rig.zoo import all_creatures, all_humanoids, edited, rig_of

T_POSE_TOLERANCE = np.radians(6.0)
"""A body that stands in a T-pose keeps it, and no real arm is straight to the degree."""


def nodes_of(rig: HumanoidRig) -> dict[str, int]:
    return {bone: rig.nodes[joint] for bone, joint in rig.human_bones.items()}


def angles(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    between = quaternions.multiply(first, quaternions.inverse(second))
    return 2.0 * np.arctan2(np.linalg.norm(between[..., :3], axis=-1), np.abs(between[..., 3]))


def rename(content: dict[str, Any]) -> None:
    for number, node in enumerate(content["nodes"]):
        node["name"] = f"q{number * 7919 % 1000}"


@pytest.mark.parametrize("name", all_humanoids())
def test_every_required_bone_of_every_rig_is_found(name: str):
    specimen = all_humanoids()[name]
    found = nodes_of(rig_of(name))
    assert {bone: found.get(bone) for bone in REQUIRED_BONES} == {bone: specimen.truth[bone] for bone in REQUIRED_BONES}


@pytest.mark.parametrize("name", [name for name, one in all_humanoids().items() if not one.unnamed])
def test_names_that_tell_tell_every_bone(name: str):
    specimen = all_humanoids()[name]
    assert nodes_of(rig_of(name)) == specimen.truth


@pytest.mark.parametrize("name", ["mixamo, T-pose", "mixamo, A-pose", "unreal, relaxed, rolled axes", "vrm, no shoulders"])
def test_names_are_only_labels(name: str):
    specimen = all_humanoids()[name]
    rig = load_rig(edited(specimen.data, rename))
    assert rig.family == STRUCTURE
    assert {bone: nodes_of(rig)[bone] for bone in REQUIRED_BONES} == {bone: specimen.truth[bone] for bone in REQUIRED_BONES}


@pytest.mark.parametrize("name", all_creatures())
def test_what_is_no_humanoid_is_refused(name: str):
    with pytest.raises(NotHumanoidError, match="not a humanoid rig"):
        load_rig(all_creatures()[name].data, name=name)


@pytest.mark.parametrize("name", [name for name in all_humanoids() if name.endswith((", relaxed, rolled axes", "A-pose"))])
def test_arms_that_hang_are_raised_with_their_roll(name: str):
    specimen = all_humanoids()[name]
    rig = rig_of(name)
    _, rotations = canonical_rest(rig)
    limbs = [bone for bone in REQUIRED_BONES if bone.startswith(("left", "right"))]
    joints = [rig.human_bones[bone] for bone in limbs]
    assert angles(rotations[joints], np.array([specimen.upright[bone] for bone in limbs])).max() < T_POSE_TOLERANCE


@pytest.mark.parametrize("name", [name for name in all_humanoids() if name.endswith(", T-pose")])
def test_the_t_pose_of_a_rig_in_t_pose_is_its_rest(name: str):
    rig = rig_of(name)
    assert np.allclose(rig.t_pose, rig.skeleton.rest_rotations, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in all_humanoids() if "unnamed" not in name and "centimetres as" not in name])
def test_every_body_comes_upright_facing_forward(name: str):
    rig = rig_of(name)
    positions, _ = canonical_rest(rig)
    toward_left = positions[rig.human_bones["leftUpperLeg"]] - positions[rig.human_bones["rightUpperLeg"]]
    up = positions[rig.human_bones["head"]] - positions[rig.human_bones["hips"]]
    assert toward_left[0] > 0.95 * np.linalg.norm(toward_left)
    assert up[1] > 0.95 * np.linalg.norm(up)
    if "leftToes" in rig.human_bones:
        assert (positions[rig.human_bones["leftToes"]] - positions[rig.human_bones["leftFoot"]])[2] > 0


def test_scale_and_unit_of_the_file_are_in_the_hip_height():
    own = body_places()["hips"][1] - body_places()["leftFoot"][1]
    heights = {name: hip_height(load_rig(all_humanoids()[f"mixamo, {name}"].data)) for name in ("T-pose", "centimetres")}
    assert heights["T-pose"] == pytest.approx(own, rel=0.02)
    assert heights["centimetres"] == pytest.approx(own, rel=0.02)
    turned = hip_height(load_rig(all_humanoids()["mixamo, armature turned and scaled"].data))
    assert turned == pytest.approx(1.3 * own, rel=0.02)


def test_the_order_of_the_nodes_does_not_matter():
    plain, shuffled = (all_humanoids()[f"unnamed (mixamo tree), {kind}"] for kind in ("T-pose", "nodes in any order"))
    first, second = load_rig(plain.data), load_rig(shuffled.data)
    assert set(first.human_bones) == set(second.human_bones)
    for bone, joint in first.human_bones.items():
        places = first.skeleton.rest_world[0][joint], second.skeleton.rest_world[0][second.human_bones[bone]]
        assert np.allclose(*places)


def test_a_mirrored_body_has_its_sides_changed():
    specimen = all_humanoids()["unnamed (mixamo tree), A-pose"]

    def mirror(content: dict[str, Any]) -> None:
        for node in content["nodes"]:
            x, y, z = node.get("translation", (0, 0, 0))
            node["translation"] = [-x, y, z]
            a, b, c, w = node.get("rotation", (0, 0, 0, 1))
            node["rotation"] = [a, -b, -c, w]

    found, mirrored = (nodes_of(load_rig(data)) for data in (specimen.data, edited(specimen.data, mirror)))
    other = {"left": "right", "right": "left"}
    for bone, node in found.items():
        side = next((side for side in other if bone.startswith(side)), "")
        assert mirrored[bone.replace(side, other[side]) if side else bone] == node


def test_a_rig_says_where_it_is_from():
    specimen = all_humanoids()["mixamo, T-pose"]
    rig = load_rig(specimen.data, name="hero")
    assert (rig.source, rig.family, rig.data) == ("hero", "mixamo", specimen.data)
    assert len(rig.nodes) == len(rig.skeleton.names)


def test_a_refusal_names_the_bones_that_were_not_found():
    def without_hands(content: dict[str, Any]) -> None:
        for node in content["nodes"]:
            node["name"] = node.get("name", "").replace("LeftHand", "LeftClaw")
            node.pop("children", None) if "LeftForeArm" in node["name"] else None
        content["skins"][0]["joints"] = [0]

    with pytest.raises(NotHumanoidError, match="leftHand"):
        load_rig(edited(all_humanoids()["mixamo, T-pose"].data, without_hands))


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path):
    with pytest.raises(InputError, match=r"no\.glb: there is no such file"):
        load_rig(tmp_path / "no.glb")


@pytest.mark.shared_media
@pytest.mark.parametrize("name", MEDIA)
def test_real_humanoids_are_understood(name: str, shared_media: Path):
    rig = load_rig(shared_media / "rigs" / name)
    names = dict(zip(rig.skeleton.names, rig.nodes, strict=True))
    expected = {bone: names[joint] if isinstance(joint, str) else joint for bone, joint in MEDIA[name].items()}
    assert {bone: nodes_of(rig)[bone] for bone in REQUIRED_BONES} == expected


@pytest.mark.shared_media
@pytest.mark.parametrize("name", REFUSED)
def test_animals_and_mere_meshes_are_refused(name: str, shared_media: Path):
    with pytest.raises(NotHumanoidError):
        load_rig(shared_media / "rigs" / name)


@pytest.mark.parametrize("extension", ["EXT_meshopt_compression", "KHR_draco_mesh_compression"])
def test_a_compressed_mesh_hides_no_skeleton(extension: str):
    specimen = all_humanoids()["mixamo, A-pose"]

    def compress(content: dict[str, Any]) -> None:
        content["extensionsUsed"] = content["extensionsRequired"] = [extension]
        content["buffers"] = [{"byteLength": 64, "uri": "data:application/octet-stream;base64," + "A" * 88}]
        content["bufferViews"] = [{"buffer": 0, "byteLength": 64, "extensions": {extension: {"buffer": 0}}}]
        content["accessors"] = [{"bufferView": 0, "componentType": 5126, "type": "MAT4", "count": 99}]
        content["meshes"] = [
            {"primitives": [{"attributes": {"POSITION": 0}, "targets": [{}]}], "extras": {"targetNames": ["jawOpen"]}}
        ]
        content["nodes"].append({"mesh": 0, "skin": 0})
        content["skins"][0]["inverseBindMatrices"] = 0

    rig = load_rig(edited(specimen.data, compress))
    assert nodes_of(rig) == specimen.truth
    assert rig.morph_names == ("jawOpen",)


def test_of_two_figures_with_the_same_names_one_is_found_whole():
    specimen = all_humanoids()["mixamo, T-pose"]

    def twice(content: dict[str, Any]) -> None:
        count = len(content["nodes"])
        copies = [{**node, "children": [child + count for child in node.get("children", [])]} for node in content["nodes"]]
        for node in copies:
            if not node["children"]:
                del node["children"]
        content["nodes"] += copies
        content["scenes"][0]["nodes"].append(2 * count - 1)
        content["skins"].append({"joints": [joint + count for joint in content["skins"][0]["joints"]]})
        content["skins"][0]["joints"].reverse()

    found = nodes_of(load_rig(edited(specimen.data, twice)))
    shift = found["hips"] - specimen.truth["hips"]
    assert found == {bone: node + shift for bone, node in specimen.truth.items()}
