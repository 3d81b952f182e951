from __future__ import annotations

import numpy as np
import pytest

from avatarkit.errors import InputError
from avatarkit.gltf.document import Document, Mesh, Node
from avatarkit.rig.expressions import expression_map, expression_matrix
from avatarkit.vocabulary.arkit import ARKIT_NAMES


def face(*names: str, extensions: dict | None = None) -> Document:
    return Document(nodes=(Node("Face", mesh=0),), meshes=(Mesh("Face", (), names),), extensions=extensions or {})


def drivers(*names: str, extensions: dict | None = None) -> dict[str, dict[str, float]]:
    found = expression_map(face(*names, extensions=extensions), names)
    return {names[place]: dict(weights) for place, weights in found.items()}


@pytest.mark.parametrize(
    "spelling",
    [
        lambda name: name,
        str.upper,
        lambda name: name[0].upper() + name[1:],
        lambda name: f"blendShape1.{name}",
        lambda name: name.replace("Left", "_L").replace("Right", "_R") if name not in SIDE_TO_SIDE else name,
    ],
)
def test_a_face_with_arkits_shapes_is_driven_one_to_one(spelling):
    names = [spelling(name) for name in ARKIT_NAMES]
    matrix = expression_matrix(expression_map(face(*names), names), len(names))
    assert np.array_equal(matrix, np.eye(len(ARKIT_NAMES)))


SIDE_TO_SIDE = ("mouthLeft", "mouthRight", "jawLeft", "jawRight")


def test_visemes_and_presets_rest_beside_arkits_shapes():
    assert set(drivers(*ARKIT_NAMES, "viseme_aa", "happy", "mouthOpen")) == set(ARKIT_NAMES)


def test_visemes_follow_the_jaw_and_the_lips_where_there_is_nothing_else():
    found = drivers("viseme_aa", "viseme_O", "viseme_sil", "hair_volume")
    assert found["viseme_aa"].keys() == {"jawOpen"}
    assert found["viseme_O"].keys() == {"mouthFunnel"}
    assert not {"viseme_sil", "hair_volume"} & set(found)


def test_vroids_names_are_understood():
    found = drivers("Face.M_F00_000_00_Fcl_MTH_A", "Face.M_F00_000_00_Fcl_EYE_Close_L", "Face.M_F00_000_00_Fcl_HA_Hide")
    assert found["Face.M_F00_000_00_Fcl_MTH_A"].keys() == {"jawOpen"}
    assert found["Face.M_F00_000_00_Fcl_EYE_Close_L"] == {"eyeBlinkLeft": 1.0}
    assert len(found) == 2


def test_an_eyelid_moves_once():
    assert "blink" not in drivers("blink", "blinkLeft", "blinkRight")
    assert drivers("blink")["blink"] == {"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5}


def test_a_side_that_the_rig_lacks_is_driven_by_both_or_half():
    assert drivers("mouthSmile")["mouthSmile"] == {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5}
    assert drivers("browInnerUp_L")["browInnerUp_L"] == {"browInnerUp": 1.0}


def test_vrm1_expressions_drive_the_morphs_they_bind():
    bind = {"node": 0, "index": 1, "weight": 0.5}
    vrm = {"VRMC_vrm": {"expressions": {"preset": {"blinkLeft": {"morphTargetBinds": [bind]}}}}}
    assert drivers("x", "y", extensions=vrm) == {"y": {"eyeBlinkLeft": 0.5}}


def test_vrm0_expressions_drive_the_morphs_they_bind_in_percent():
    group = {"name": "Blink_L", "presetName": "blink_l", "binds": [{"mesh": 0, "index": 0, "weight": 100}]}
    vrm = {"VRM": {"blendShapeMaster": {"blendShapeGroups": [group]}}}
    assert drivers("x", "y", extensions=vrm) == {"x": {"eyeBlinkLeft": 1.0}}


def test_a_perfect_sync_vrm_is_driven_by_its_own_clips():
    groups = [
        {"name": name[0].upper() + name[1:], "presetName": "unknown", "binds": [{"mesh": 0, "index": place, "weight": 100}]}
        for place, name in enumerate(ARKIT_NAMES)
    ]
    names = [f"m{place}" for place in range(len(ARKIT_NAMES))]
    found = drivers(*names, extensions={"VRM": {"blendShapeMaster": {"blendShapeGroups": groups}}})
    assert found == {f"m{place}": {name: 1.0} for place, name in enumerate(ARKIT_NAMES)}


def test_an_expression_that_binds_nothing_that_exists_is_an_input_error():
    vrm = {"VRMC_vrm": {"expressions": {"preset": {"happy": {"morphTargetBinds": [{"node": 99, "index": 0}]}}}}}
    with pytest.raises(InputError):
        drivers("x", extensions=vrm)
