"""Forearms that follow a turned hand along their whole length."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.export.files import vrm0_bytes, vrm1_bytes
from avatarkit.export.reduction.decode import rest_positions
from avatarkit.export.twists import CONSTRAINT, with_forearm_twists
from avatarkit.export.vrm_versions.convert import convert_vrm
from avatarkit.gltf.document import Document
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.gltf.vrm import read_vrm
from avatarkit.rig.load_rig import load_rig

ROLL = np.radians(120.0)


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    recipe = default_recipe()
    return build_avatar(replace(recipe, outfit=replace(recipe.outfit, pieces=("t-shirt", "jeans"))))


@pytest.fixture(scope="module")
def data(avatar: Avatar) -> bytes:
    return vrm1_bytes(avatar)


@pytest.fixture(scope="module")
def document(data: bytes) -> Document:
    return document_from_bytes(data)


def rolls(document: Document) -> dict[str, dict[str, object]]:
    return {
        node.name: node.extensions[CONSTRAINT]["constraint"]["roll"] for node in document.nodes if CONSTRAINT in node.extensions
    }


def test_four_joints_follow_the_hands_and_nothing_else_has_changed(avatar: Avatar, document: Document) -> None:
    vrm = read_vrm(document)
    assert vrm is not None
    found = rolls(document)
    assert sorted(found) == [f"{side}LowerArmTwist{number}" for side in ("left", "right") for number in (1, 2)]
    for name, roll in found.items():
        assert roll["source"] == vrm.human_bones[f"{name.split('Lower')[0]}Hand"] and roll["rollAxis"] == "X"
    as_built = np.concatenate([mesh.positions for mesh in avatar.meshes])
    assert np.abs(rest_positions(document) - as_built).max() < 1e-4


def test_who_reads_the_file_sees_the_shares_that_it_says(data: bytes, document: Document) -> None:
    rig = load_rig(data)
    read = {rig.skeleton.names[joint]: share for joint, (_, share) in rig.twist_bones.items()}
    assert read == pytest.approx({name: roll["weight"] for name, roll in rolls(document).items()}, abs=1e-3)


def test_skin_turns_evenly_from_elbow_to_wrist(avatar: Avatar) -> None:
    turning = with_forearm_twists(avatar)
    skeleton, bones = turning.rig.skeleton, turning.rig.human_bones
    places = skeleton.rest_world[0]
    elbow, wrist = places[bones["leftLowerArm"], 0], places[bones["leftHand"], 0]
    [body] = [mesh for mesh in turning.meshes if mesh.name == "Body"]
    angles = np.zeros(len(skeleton.names))
    for joint, (bone, share) in turning.rig.twist_bones.items():
        angles[joint] = share * ROLL if bone == "leftHand" else 0.0
    share = (body.positions[:, 0] - elbow) / (wrist - elbow)
    carried = np.isin(body.joints, [bones["leftHand"], *_below(skeleton.parents, bones["leftHand"])]) & (body.weights > 0)
    forearm = (share > 0.1) & (share < 0.7) & ~carried.any(axis=1)
    assert forearm.sum() > 50
    turned = (body.weights * angles[body.joints]).sum(axis=1)
    assert np.degrees(np.abs(turned - share * ROLL)[forearm].max()) < 8.0
    for mesh in turning.meshes:
        assert np.abs(mesh.weights.sum(axis=1) - 1.0).max() < 1e-5


def _below(parents: np.ndarray, top: int) -> list[int]:
    found = [top]
    for joint, parent in enumerate(parents):
        if parent in found:
            found.append(joint)
    return found


def test_old_vrms_have_none_and_converting_says_so(avatar: Avatar, document: Document) -> None:
    assert not rolls(document_from_bytes(vrm0_bytes(avatar)))
    made = convert_vrm(document, "0.x")
    assert not rolls(made.document) and any("constraints" in note for note in made.notes)
