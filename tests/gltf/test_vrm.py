from __future__ import annotations

from typing import Any

import pytest

from avatarkit.errors import InputError
from avatarkit.gltf.document import Document, Node
from avatarkit.gltf.vrm import read_vrm


def _document(**extensions: Any) -> Document:
    return Document(nodes=(Node("a"), Node("b")), extensions=extensions)


def test_vrm0_thumbs_get_their_names_of_vrm1():
    thumbs = [{"bone": "leftThumbProximal", "node": 0}, {"bone": "leftThumbIntermediate", "node": 1}]
    vrm = read_vrm(_document(VRM={"humanoid": {"humanBones": thumbs}}))
    assert vrm is not None
    assert vrm.human_bones == {"leftThumbMetacarpal": 0, "leftThumbProximal": 1}


def test_both_versions_say_the_same_bones():
    old = read_vrm(_document(VRM={"humanoid": {"humanBones": [{"bone": "hips", "node": 1}]}}))
    new = read_vrm(_document(VRMC_vrm={"humanoid": {"humanBones": {"hips": {"node": 1}}}}))
    assert old is not None and new is not None
    assert (old.human_bones, old.format, new.format) == (new.human_bones, "VRM 0.x", "VRM 1.0")


def test_expressions_of_vrm0_are_presets_or_own_names():
    groups = [{"presetName": "joy", "name": "Joy"}, {"presetName": "unknown", "name": "Wink"}]
    vrm = read_vrm(_document(VRM={"blendShapeMaster": {"blendShapeGroups": groups}}))
    assert vrm is not None
    assert vrm.expressions == ("joy", "Wink")


@pytest.mark.parametrize("node", [2, -1, "a", 0.5])
def test_a_bone_that_is_no_node_is_refused(node: object):
    with pytest.raises(InputError, match="humanBones"):
        read_vrm(_document(VRMC_vrm={"humanoid": {"humanBones": {"hips": {"node": node}}}}))


def test_a_plain_gltf_has_no_vrm():
    assert read_vrm(_document()) is None
