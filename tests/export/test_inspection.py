from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from avatarkit.errors import AvatarkitError
from avatarkit.export.files import glb_bytes, save_avatar
from avatarkit.export.inspection import Inspection, inspect_file
from avatarkit.gltf.document import Node
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.gltf.writing import document_to_glb
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES, PRESET_EXPRESSIONS
from tests.box_person import box_person
from tests.gltf.small_file import small_glb

EXPECTED = {
    "rigs/m2m_human_male.glb": ("GLB", "unreal", 52, 13757, 7399),
    "rigs/m2m_rigify_names.glb": ("GLB", "rigify", 52, 13721, 8347),
    "rigs/kaykit_mannequin/manny_med_mod.gltf": ("glTF", "kaykit", 18, 6756, 6578),
    "rigs/madjin_cryptovoxels_vrm0.vrm": ("VRM 0.x", "VRM extension", 43, 4907, 2727),
    "rigs/sat_basic_armature_vrm1.vrm": ("VRM 1.0", "VRM extension", 53, 0, 0),
    "rigs/m2m_fox.glb": ("GLB", None, 0, 1654, 1250),
    "rigs/m2m_unrigged_human.glb": ("GLB", None, 0, 13757, 7399),
    "mocap/test.vrma": ("VRM animation 1.0", "VRM extension", 51, 0, 0),
}


@pytest.fixture(scope="module")
def vrm(tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    path = tmp_path_factory.mktemp("inspection") / "avatar.vrm"
    save_avatar(box_person(), path)
    return inspect_file(path)


def test_an_avatar_is_described_as_it_was_made(vrm: Inspection):
    avatar = box_person()
    assert (vrm.format, vrm.naming, vrm.generator) == ("VRM 1.0", "VRM extension", "avatarkit")
    assert vrm.human_bones == {bone: bone for bone in HUMAN_BONES}
    assert vrm.triangles == sum(len(mesh.triangles) for mesh in avatar.meshes)
    assert vrm.vertices == sum(len(mesh.positions) for mesh in avatar.meshes)
    assert vrm.expressions == (*PRESET_EXPRESSIONS, *ARKIT_NAMES)
    assert {mesh.name: mesh.morphs for mesh in vrm.meshes} == {"body": (), "head": ARKIT_NAMES}
    assert [(texture.width, texture.mime_type) for texture in vrm.textures] == [(64, "image/jpeg"), (16, "image/png")]
    assert vrm.meta["authors"] == avatar.meta.authors


def test_bones_know_their_parents(vrm: Inspection):
    parents = {bone.name: bone.parent for bone in vrm.bones}
    assert parents["leftHand"] == "leftLowerArm"
    assert parents["hips"] == "Armature"


def test_a_glb_gets_its_human_bones_by_name(tmp_path: Path):
    save_avatar(box_person(), tmp_path / "avatar.glb")
    inspection = inspect_file(tmp_path / "avatar.glb")
    assert (inspection.format, inspection.naming) == ("GLB", "vrm")
    assert len(inspection.human_bones) == len(HUMAN_BONES)


def test_a_node_between_two_joints_does_not_part_them(tmp_path: Path):
    document = document_from_bytes(glb_bytes(box_person()))
    names = [node.name for node in document.nodes]
    spine, chest, extra = names.index("spine"), names.index("chest"), len(names)
    nodes = [*document.nodes, Node("offset", children=(chest,))]
    nodes[spine] = replace(nodes[spine], children=(extra,))
    (tmp_path / "avatar.glb").write_bytes(document_to_glb(replace(document, nodes=tuple(nodes))))
    assert len(inspect_file(tmp_path / "avatar.glb").human_bones) == len(HUMAN_BONES)


def test_clips_say_how_long_they_are(tmp_path: Path):
    (tmp_path / "small.glb").write_bytes(small_glb())
    (clip,) = inspect_file(tmp_path / "small.glb").animations
    assert (clip.name, clip.seconds, clip.nodes) == ("wave", 1.0, 2)


def test_all_of_it_is_json(vrm: Inspection):
    values = json.loads(json.dumps(vrm.as_dict(), allow_nan=False))
    assert values["triangles"] == vrm.triangles
    assert values["bones"][0] == {"name": "hips", "parent": "Armature", "human_bone": "hips"}


@pytest.mark.shared_media
@pytest.mark.parametrize("name", EXPECTED)
def test_files_of_other_makers_are_described_rightly(name: str, shared_media: Path):
    found = inspect_file(shared_media / name)
    assert (found.format, found.naming, len(found.human_bones), found.triangles, found.vertices) == EXPECTED[name]


@pytest.mark.shared_media
def test_no_file_of_another_maker_is_too_much(shared_media: Path):
    paths = [path for path in sorted(shared_media.glob("*/**/*")) if path.suffix in (".glb", ".gltf", ".vrm", ".vrma")]
    assert len(paths) > 30
    for path in paths:
        json.dumps(inspect_file(path).as_dict(), allow_nan=False)


@pytest.mark.shared_media
def test_what_is_no_gltf_is_refused_and_nothing_else_happens(shared_media: Path):
    for path in sorted(shared_media.glob("*/*")):
        if path.suffix in (".jpg", ".png", ".wav", ".bvh", ".mkv", ".tsv"):
            with pytest.raises(AvatarkitError):
                inspect_file(path)
