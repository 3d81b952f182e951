"""Avatars with something wrong, each made so on purpose: what can be mended is as if nothing had been, the rest is said."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avatarkit.errors import InputError, NotHumanoidError, UsageError
from avatarkit.export.convert import ConvertedAvatar, convert
from avatarkit.export.files import glb_document, vrm0_bytes, vrm1_bytes
from avatarkit.export.platform_check import check
from avatarkit.export.reduction.decode import rest_positions
from avatarkit.gltf.document import Document, Mesh, Node
from avatarkit.gltf.reading import document_from_bytes, read_document
from avatarkit.gltf.writing import document_to_glb
from avatarkit.rig.load_rig import load_rig
from tests.box_person import box_person
from tests.judges import assert_khronos_clean

CLOSE_M = 1e-3


@pytest.fixture(scope="module")
def whole() -> Document:
    return document_from_bytes(vrm1_bytes(box_person()))


def saved(document: Document, folder: Path, name: str = "wrong.vrm") -> Path:
    path = folder / name
    path.write_bytes(document_to_glb(document))
    return path


def broken(path: Path, platform: str) -> list[str]:
    return [finding.what for finding in check(path, platform).findings if finding.passes is False]


def mended(path: Path, platform: str, folder: Path) -> tuple[ConvertedAvatar, Path]:
    made = convert(path, platform, with_permission=True)
    target = folder / f"mended{path.suffix}"
    made.save(target)
    return made, target


def below(document: Document, root: Node) -> Document:
    """The document on a node that moves all of it."""
    tops = document.scenes[0].nodes
    number = len(document.nodes)
    scene = replace(document.scenes[0], nodes=(number,))
    return replace(document, nodes=(*document.nodes, replace(root, children=tops)), scenes=(scene,))


def turned(document: Document, turns: dict[str, tuple[float, ...]]) -> Document:
    nodes = (replace(node, rotation=turns.get(node.name, node.rotation)) for node in document.nodes)
    return replace(document, nodes=tuple(nodes))


HALF, SOME = np.sqrt(0.5), np.sin(np.pi / 8)
ARMS = {"leftUpperArm": (0.0, 0.0, -SOME, np.sqrt(1 - SOME**2)), "rightUpperArm": (0.0, 0.0, SOME, np.sqrt(1 - SOME**2))}

STANCES: dict[str, Callable[[Document], Document]] = {
    "arms hang": lambda document: turned(document, ARMS),
    "it faces backwards": lambda document: below(document, Node("turn", rotation=(0.0, 1.0, 0.0, 0.0))),
    "it faces sideways": lambda document: below(document, Node("turn", rotation=(0.0, HALF, 0.0, HALF))),
    "it lies": lambda document: below(document, Node("turn", rotation=(HALF, 0.0, 0.0, HALF))),
    "it floats": lambda document: below(document, Node("lift", translation=(0.0, 0.7, 0.0))),
    "all of it": lambda document: below(turned(document, ARMS), Node("all", (0.0, -0.4, 0.0), (0.0, 1.0, 0.0, 0.0))),
}


@pytest.mark.parametrize("platform", ["vrm1", "vrm0"])
@pytest.mark.parametrize("stance", STANCES)
def test_however_a_figure_stands_it_is_put_as_it_should_be(whole: Document, stance: str, platform: str, tmp_path: Path) -> None:
    path = saved(STANCES[stance](whole), tmp_path)
    assert broken(path, "vrm1")
    made, target = mended(path, platform, tmp_path)
    assert not broken(target, platform), broken(target, platform)
    as_it_was = rest_positions(whole) * (1.0 if platform == "vrm1" else np.array([-1.0, 1.0, -1.0]))
    as_it_was[:, 1] -= as_it_was[:, 1].min()
    low, high = (bound(rest_positions(made.document), axis=0) for bound in (np.min, np.max))
    assert np.abs(low - as_it_was.min(axis=0)).max() < CLOSE_M and np.abs(high - as_it_was.max(axis=0)).max() < CLOSE_M


@pytest.mark.parametrize("platform", ["web", "unity-humanoid"])
def test_who_lies_is_told_so_and_set_upright_even_where_all_may_face_as_they_like(platform: str, tmp_path: Path) -> None:
    plain = glb_document(box_person())
    assert not broken(saved(plain, tmp_path, "standing.glb"), platform)
    assert not broken(saved(STANCES["it faces backwards"](plain), tmp_path, "turned.glb"), platform)
    path = saved(STANCES["it lies"](plain), tmp_path, "lying.glb")
    assert broken(path, platform) == ["the figure stands upright along +Y"]
    made, target = mended(path, platform, tmp_path)
    assert not broken(target, platform)
    assert np.ptp(rest_positions(made.document), axis=0)[1] == pytest.approx(
        np.ptp(rest_positions(plain), axis=0)[1], abs=CLOSE_M
    )


@pytest.mark.parametrize("stance", STANCES)
def test_old_vrms_too(stance: str, tmp_path: Path) -> None:
    old = document_from_bytes(vrm0_bytes(box_person()))
    path = saved(STANCES[stance](old), tmp_path)
    assert broken(path, "vrm0")
    assert not broken(mended(path, "vrm0", tmp_path)[1], "vrm0")


def test_a_giant_shrinks_to_what_is_allowed(whole: Document, tmp_path: Path) -> None:
    path = saved(below(whole, Node("large", scale=(3.0, 3.0, 3.0))), tmp_path)
    assert any("longest side of the figure" in what for what in broken(path, "spatial"))
    made, target = mended(path, "spatial", tmp_path)
    assert not broken(target, "spatial")
    assert np.ptp(rest_positions(made.document), axis=0).max() == pytest.approx(2.5, rel=0.05)


def test_bones_and_root_get_the_names_that_are_asked_for(whole: Document, tmp_path: Path) -> None:
    nodes = (replace(node, name=f"joint{number}") for number, node in enumerate(whole.nodes))
    source = saved(replace(whole, nodes=tuple(nodes)), tmp_path)
    target = tmp_path / "named.glb"
    findings = {finding.what: finding.passes for finding in convert(source, "rpm").save(target).findings}
    assert findings["node above all joints"] and findings["bones named as readyplayerme has them"] and findings["human bones"]
    assert findings["names of meshes"] is False  # which mesh is the teeth nobody can tell
    assert {"Armature", "Hips", "LeftForeArm"} <= {node.name for node in read_document(target).nodes}


def test_a_vrm_whose_bones_have_odd_names_keeps_them_known_as_plain_gltf(whole: Document, tmp_path: Path) -> None:
    nodes = (replace(node, name=f"joint{number}") for number, node in enumerate(whole.nodes))
    target = tmp_path / "plain.glb"
    convert(saved(replace(whole, nodes=tuple(nodes)), tmp_path), "hubs").save(target)
    assert set(load_rig(target).human_bones) == set(load_rig(saved(whole, tmp_path)).human_bones)


def test_skins_that_gltf_forbids_are_put_right(whole: Document, tmp_path: Path) -> None:
    def unsound(mesh: Mesh) -> Mesh:
        [part] = mesh.primitives
        weights, joints = part.attributes["WEIGHTS_0"], part.attributes["JOINTS_0"]
        idle = np.where(weights > 0.0, joints, np.uint16(7))
        wrong = {**part.attributes, "WEIGHTS_0": weights * np.float32(0.7), "JOINTS_0": idle}
        return replace(mesh, primitives=(replace(part, attributes=wrong),))

    meshes = tuple(map(unsound, whole.meshes))
    path = saved(below(replace(whole, meshes=meshes), Node("above")), tmp_path)
    with pytest.raises(AssertionError):
        assert_khronos_clean(path)
    assert_khronos_clean(mended(path, "vrm1", tmp_path)[1])


@pytest.mark.parametrize("lost", ["the picture", "its end", "all but its name"])
@pytest.mark.parametrize("platform", ["vrm1", "decentraland"])
def test_surfaces_without_their_pictures_are_plain(whole: Document, lost: str, platform: str, tmp_path: Path) -> None:
    if lost == "the picture":
        changed = replace(whole, textures=tuple(replace(texture, image=None) for texture in whole.textures))
    else:
        kept = 60 if lost == "its end" else 8
        changed = replace(whole, images=tuple(replace(image, data=image.data[:kept]) for image in whole.images))
    made = convert(saved(changed, tmp_path), platform)
    assert made.save(tmp_path / f"plain{'.glb' if made.kind == 'GLB' else '.vrm'}").passes
    assert all(made.notes) and (lost == "the picture") == (not made.notes)


def test_two_heads_with_morphs_of_the_same_names_go_on_smiling_together(whole: Document, tmp_path: Path) -> None:
    head = next(number for number, mesh in enumerate(whole.meshes) if mesh.target_names)
    node = next(number for number, one in enumerate(whole.nodes) if one.mesh == head)
    other = Node("second", mesh=len(whole.meshes), skin=0)
    [part] = whole.meshes[head].primitives
    moved = replace(part, attributes={**part.attributes, "POSITION": part.attributes["POSITION"] + np.float32([0.2, 0.0, 0.0])})
    two = replace(
        whole,
        nodes=(*whole.nodes, other),
        meshes=(*whole.meshes, replace(whole.meshes[head], name="second", primitives=(moved,))),
        scenes=(replace(whole.scenes[0], nodes=(*whole.scenes[0].nodes, len(whole.nodes))),),
    )
    vrm = two.extensions["VRMC_vrm"]
    happy = vrm["expressions"]["preset"]["happy"]["morphTargetBinds"]
    happy += [{**bind, "node": len(whole.nodes)} for bind in happy if bind["node"] == node]
    made, _ = mended(saved(two, tmp_path), "vrchat-mobile", tmp_path)
    [mesh] = made.document.meshes
    binds = made.document.extensions["VRMC_vrm"]["expressions"]["preset"]["happy"]["morphTargetBinds"]
    [smile] = [bind for bind in binds if mesh.target_names[bind["index"]] == "mouthSmileLeft"]
    moves = np.concatenate(
        [np.flatnonzero(part.targets[smile["index"]]["POSITION"].dense().any(axis=1)) for part in mesh.primitives]
    )
    assert len(moves) == 2 * 24


def test_plain_gltf_becomes_a_vrm_for_those_who_may(tmp_path: Path) -> None:
    source = saved(glb_document(box_person()), tmp_path, "plain.glb")
    with pytest.raises(UsageError, match="licence"):
        convert(source, "vrm1")
    for platform, version in (("vrm1", "VRMC_vrm"), ("vrm0", "VRM"), ("cluster", "VRMC_vrm")):
        target = tmp_path / f"{platform}.vrm"
        assert convert(source, platform, with_permission=True).save(target).passes
        assert version in read_document(target).extensions
    vrm = read_document(tmp_path / "vrm1.vrm").extensions["VRMC_vrm"]
    assert vrm["meta"]["modification"] == "prohibited" and vrm["meta"]["avatarPermission"] == "onlyAuthor"
    assert {"happy", "aa", "blink"} <= set(vrm["expressions"]["preset"])
    with pytest.raises(UsageError, match="licence forbids"):
        convert(tmp_path / "vrm1.vrm", "vrm0")


def test_what_cannot_be_mended_is_said(whole: Document, tmp_path: Path) -> None:
    vrm = whole.extensions["VRMC_vrm"]
    bones = {bone: at for bone, at in vrm["humanoid"]["humanBones"].items() if bone not in ("neck", "chest", "upperChest")}
    fewer = replace(whole, extensions={"VRMC_vrm": {**vrm, "humanoid": {"humanBones": bones}}})
    with pytest.raises(InputError, match="chest, neck"):
        convert(saved(fewer, tmp_path), "vrm0")
    scenes = (replace(whole.scenes[0], nodes=(0,)),)
    nobody = replace(whole, extensions={}, extensions_used=(), skins=(), nodes=(Node("alone", mesh=0),), scenes=scenes)
    with pytest.raises(NotHumanoidError):
        convert(saved(nobody, tmp_path, "no.glb"), "vrm1", with_permission=True)


def test_damaged_files_are_refused_in_a_line_and_never_crash(whole: Document, tmp_path: Path) -> None:
    """Every twentieth of the JSON's numbers replaced by nonsense: `check` and `convert` answer or refuse."""
    data = document_to_glb(whole)
    length = struct.unpack_from("<I", data, 12)[0]
    content, rest = json.loads(data[20 : 20 + length]), data[20 + length :]
    random = np.random.default_rng(5)
    refused = 0
    for _ in range(40):
        text = json.dumps(_damaged(content, random)).encode()
        text += b" " * (-len(text) % 4)
        size = 20 + len(text) + len(rest)
        path = tmp_path / "damaged.vrm"
        path.write_bytes(struct.pack("<4sII", b"glTF", 2, size) + struct.pack("<I4s", len(text), b"JSON") + text + rest)
        try:
            check(path, "vrm0")
            convert(path, "vrchat-mobile").save(tmp_path / "out.vrm")
        except (InputError, UsageError):
            refused += 1
    assert 0 < refused < 40


def _damaged(value: object, random: np.random.Generator) -> object:
    """The same with one number in four hundred another."""
    if isinstance(value, dict):
        return {key: _damaged(entry, random) for key, entry in value.items()}
    if isinstance(value, list):
        return [_damaged(entry, random) for entry in value]
    if isinstance(value, int | float) and random.random() < 1 / 400:
        return [-1, 1e30, 10**9, "text", None, float(value) + 0.5, True][random.integers(7)]
    return value
