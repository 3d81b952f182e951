"""VRM 0.x and 1.0 made of each other: what is said in one is said in the other."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.cli import main
from avatarkit.errors import InputError, UsageError
from avatarkit.export.convert import convert
from avatarkit.export.files import vrm0_bytes, vrm1_bytes
from avatarkit.export.vrm_versions.convert import Version, convert_vrm, vrm_version
from avatarkit.export.vrm_versions.rest import straightened, world_matrices
from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Document, Mesh, Node, Primitive, Scene, Skin, sparse_rows
from avatarkit.gltf.reading import document_from_bytes, read_document
from avatarkit.gltf.vrm import read_vrm
from avatarkit.gltf.vrm_axes import ABOUT, turned
from avatarkit.gltf.writing import document_to_glb
from tests.judges import assert_khronos_clean, three_vrm_moving, three_vrm_report


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    recipe = default_recipe()
    pieces = ("summer-dress", "drop-earrings")
    return build_avatar(replace(recipe, hair=replace(recipe.hair, style="long"), outfit=replace(recipe.outfit, pieces=pieces)))


@pytest.fixture(scope="module")
def old(avatar: Avatar) -> Document:
    return document_from_bytes(vrm0_bytes(avatar))


def told(document: Document) -> dict[str, Any]:
    """Bones, expressions, springs and meta of a VRM 0.x, in an order that means nothing."""
    vrm = document.extensions["VRM"]
    names = [node.name for node in document.nodes]
    second = vrm["secondaryAnimation"]
    groups = [
        (names[group["node"]], [(*_xyz(one["offset"]), _round(one["radius"])) for one in group["colliders"]])
        for group in second.get("colliderGroups", [])
    ]
    springs = sorted(
        (
            names[root],
            group.get("comment", ""),
            *(_round(group[key]) for key in ("stiffiness", "gravityPower", "dragForce", "hitRadius")),
            _xyz(group["gravityDir"]),
            names[group["center"]] if group.get("center", -1) >= 0 else "",
            [groups[one] for one in group["colliderGroups"]],
        )
        for group in second.get("boneGroups", [])
        for root in group["bones"]
    )
    expressions = sorted(
        (
            group["presetName"],
            group["name"],
            bool(group.get("isBinary")),
            sorted((bind["mesh"], bind["index"], _round(bind["weight"])) for bind in group["binds"]),
            sorted(
                (value["materialName"], value["propertyName"], tuple(map(_round, value["targetValue"])))
                for value in group["materialValues"]
            ),
        )
        for group in vrm["blendShapeMaster"]["blendShapeGroups"]
    )
    meta = {key: value for key, value in vrm["meta"].items() if key != "texture" and value != ""}
    bones = {entry["bone"]: names[entry["node"]] for entry in vrm["humanoid"]["humanBones"]}
    return {"bones": bones, "expressions": expressions, "springs": springs, "meta": meta, "gaze": _gaze(vrm["firstPerson"])}


def _gaze(first_person: dict[str, Any]) -> Any:
    ranges = [
        (_round(first_person[key]["xRange"]), _round(first_person[key]["yRange"]))
        for key in ("lookAtHorizontalInner", "lookAtHorizontalOuter", "lookAtVerticalDown", "lookAtVerticalUp")
    ]
    flags = sorted((one["mesh"], one["firstPersonFlag"]) for one in first_person["meshAnnotations"])
    return first_person["lookAtTypeName"], _xyz(first_person["firstPersonBoneOffset"]), ranges, flags


def _xyz(vector: dict[str, float]) -> tuple[float, ...]:
    return tuple(_round(vector.get(axis, 0.0)) for axis in "xyz")


def _round(value: float) -> float:
    return round(value, 4) + 0.0


def test_turning_about_twice_is_turning_not_at_all(old: Document) -> None:
    twice = turned(turned(old))
    assert twice.nodes == old.nodes
    for one, other in zip(old.meshes, twice.meshes, strict=True):
        for part, again in zip(one.primitives, other.primitives, strict=True):
            assert all((part.attributes[name] == again.attributes[name]).all() for name in part.attributes)
    for skin, again in zip(old.skins, twice.skins, strict=True):
        assert skin.inverse_bind is not None and again.inverse_bind is not None
        np.testing.assert_array_equal(skin.inverse_bind, again.inverse_bind)


def test_there_and_back_says_the_same(old: Document) -> None:
    back = convert_vrm(convert_vrm(old, "1.0").document, "0.x").document
    assert told(back) == told(old)


@pytest.mark.shared_media
def test_other_peoples_avatars_there_and_back_say_the_same(shared_media: Path) -> None:
    seen = 0
    for path in sorted((shared_media / "rigs").glob("*.vrm")):
        document = read_document(path)
        if vrm_version(document) == "1.0":
            document = convert_vrm(document, "0.x").document
        middle = document_from_bytes(document_to_glb(convert_vrm(document, "1.0").document))
        assert vrm_version(middle) == "1.0"
        assert told(convert_vrm(middle, "0.x").document) == told(document), path.name
        seen += 1
    assert seen >= 4


def test_drawn_materials_there_and_back_are_drawn_alike() -> None:
    old = document_from_bytes(vrm0_bytes(build_avatar(default_recipe("anime"))))
    new = convert_vrm(old, "1.0").document
    back = convert_vrm(new, "0.x").document
    for number, wanted in enumerate(old.extensions["VRM"]["materialProperties"]):
        made = back.extensions["VRM"]["materialProperties"][number]
        assert made["shader"] == wanted["shader"] == "VRM/MToon" and made["textureProperties"] == wanted["textureProperties"]
        for kind in ("floatProperties", "vectorProperties"):
            for name, value in wanted[kind].items():
                np.testing.assert_allclose(made[kind][name], value, atol=1e-5, err_msg=name)
    direct = document_from_bytes(vrm1_bytes(build_avatar(default_recipe("anime"))))
    for made, wanted in zip(new.materials, direct.materials, strict=True):
        np.testing.assert_allclose(made.base_color, wanted.base_color, atol=1e-6)
        for name, value in wanted.extensions["VRMC_materials_mtoon"].items():
            if isinstance(value, float | list):
                # A surface that is never in shade lies at the end of what MToon 0 can say.
                near = 0.05 if wanted.extensions["VRMC_materials_mtoon"]["shadingShiftFactor"] == 1.0 else 1e-5
                np.testing.assert_allclose(made.extensions["VRMC_materials_mtoon"][name], value, atol=near, err_msg=name)


def _small(**nodes: Any) -> Document:
    """A figure of all bones that VRM 0.x needs, a tail of three nodes, one skinned triangle with a morph and one material."""
    bones = ("hips", "spine", "chest", "neck", "head", "leftUpperLeg", "leftLowerLeg", "leftFoot", "rightUpperLeg",
             "rightLowerLeg", "rightFoot", "leftUpperArm", "leftLowerArm", "leftHand", "rightUpperArm", "rightLowerArm",
             "rightHand", "tail1", "tail2", "tail3")  # fmt: skip
    parents = (-1, 0, 1, 2, 3, 0, 5, 6, 0, 8, 9, 2, 11, 12, 2, 14, 15, 4, 17, 18)
    turns = nodes.get("turns", np.tile([0.0, 0.0, 0.0, 1.0], (len(bones), 1)))
    made = [
        Node(
            name,
            translation=(0.01 * number, 0.1, 0.02 * number),
            rotation=tuple(turns[number]),
            children=tuple(child for child, parent in enumerate(parents) if parent == number),
        )
        for number, name in enumerate(bones)
    ]
    attributes = {
        "POSITION": np.array([[0.0, 0.5, 0.1], [0.2, 0.6, 0.1], [0.1, 0.7, 0.3]], np.float32),
        "NORMAL": np.tile(np.array([[0.0, 0.0, 1.0]], np.float32), (3, 1)),
        "JOINTS_0": np.array([[4, 17, 0, 0], [18, 4, 0, 0], [4, 0, 0, 0]], np.uint16),
        "WEIGHTS_0": np.array([[0.7, 0.3, 0, 0], [0.4, 0.6, 0, 0], [1, 0, 0, 0]], np.float32),
    }
    smile = {"POSITION": sparse_rows(np.array([[0.0, 0.1, 0.0], [0.0, 0.0, 0.0], [0.05, 0.0, 0.1]], np.float32))}
    mesh = Mesh("skin", (Primitive(attributes, np.arange(3), 0, (smile,)),), ("smile",), (0.0,))
    from avatarkit.gltf.document import Material

    document = Document(
        nodes=(*made, Node("shown", mesh=0, skin=0)),
        meshes=(mesh,),
        materials=(Material("cloth"),),
        scenes=(Scene((0, len(made))),),
        scene=0,
    )
    inverse = np.linalg.inv(world_matrices(document)[: len(bones)]).astype(np.float32)
    return replace(document, skins=(Skin(tuple(range(len(bones))), inverse),))


def _all_of_vrm0(document: Document) -> Document:
    """The small figure with one of everything that VRM 0.x can say."""
    bones = [{"bone": node.name, "node": number} for number, node in enumerate(document.nodes[:17])]
    curve = [0, 0, 0, 1, 1, 1, 1, 0]
    ranges = {
        f"lookAt{key}": {"curve": curve, "xRange": 60.0 + number, "yRange": 0.5 + 0.1 * number}
        for number, key in enumerate(("HorizontalInner", "HorizontalOuter", "VerticalDown", "VerticalUp"))
    }
    value = {"materialName": "cloth", "propertyName": "_Color", "targetValue": [0.2, 0.4, 0.6, 1.0]}
    shift = {"materialName": "cloth", "propertyName": "_MainTex_ST", "targetValue": [0.5, 0.25, 0.1, 0.2]}
    vrm = {
        "specVersion": "0.0",
        "meta": {
            "title": "Tail", "version": "3", "author": "A, B", "contactInformation": "c", "reference": "r",
            "allowedUserName": "ExplicitlyLicensedPerson", "violentUssageName": "Allow", "sexualUssageName": "Disallow",
            "commercialUssageName": "Allow", "otherPermissionUrl": "https://p", "licenseName": "CC_BY_NC",
            "otherLicenseUrl": "https://l",
        },
        "humanoid": {"humanBones": bones, "armStretch": 0.07},
        "firstPerson": {
            "firstPersonBone": 4, "firstPersonBoneOffset": {"x": 0.01, "y": 0.06, "z": 0.09}, "lookAtTypeName": "BlendShape",
            "meshAnnotations": [{"mesh": 0, "firstPersonFlag": "ThirdPersonOnly"}], **ranges,
        },
        "blendShapeMaster": {"blendShapeGroups": [
            {"name": "Lachen", "presetName": "joy", "isBinary": True, "binds": [{"mesh": 0, "index": 0, "weight": 80.0}],
             "materialValues": [value, shift]},
            {"name": "Surprised", "presetName": "unknown", "isBinary": False, "binds": [], "materialValues": []},
            {"name": "own", "presetName": "unknown", "isBinary": False, "binds": [], "materialValues": [value]},
        ]},
        "secondaryAnimation": {
            "boneGroups": [{"comment": "tail", "stiffiness": 1.5, "gravityPower": 0.2, "gravityDir": {"x": 0, "y": -1, "z": 0},
                            "dragForce": 0.3, "center": 0, "hitRadius": 0.03, "bones": [17], "colliderGroups": [0]}],
            "colliderGroups": [{"node": 4, "colliders": [{"offset": {"x": 0.1, "y": 0.2, "z": 0.3}, "radius": 0.12}]}],
        },
        "materialProperties": [],
    }  # fmt: skip
    return replace(document, extensions={"VRM": vrm}, extensions_used=("VRM",))


def test_one_of_everything_goes_there_and_back() -> None:
    document = _all_of_vrm0(_small())
    converted = convert_vrm(document, "1.0")
    assert not converted.notes
    new = converted.document.extensions["VRMC_vrm"]
    assert new["lookAt"]["type"] == "expression" and new["lookAt"]["offsetFromHeadBone"] == [-0.01, 0.06, 0.09]
    assert (
        new["meta"]["avatarPermission"] == "onlySeparatelyLicensedPerson"
        and new["meta"]["commercialUsage"] == "personalNonProfit"
    )
    assert set(new["expressions"]["preset"]) == {"happy", "surprised"} and set(new["expressions"]["custom"]) == {"own"}
    assert new["firstPerson"]["meshAnnotations"] == [{"node": 20, "type": "thirdPersonOnly"}]
    springs = converted.document.extensions["VRMC_springBone"]
    assert springs["colliders"][0]["shape"]["sphere"]["offset"] == [-0.1, 0.2, 0.3]
    names = [converted.document.nodes[joint["node"]].name for joint in springs["springs"][0]["joints"]]
    assert names == ["tail1", "tail2", "tail3", "tail3_end"]
    assert told(convert_vrm(converted.document, "0.x").document) == told(document)


def _shown(document: Document) -> np.ndarray:
    """Where the skinned vertices are at rest, and with the morph."""
    part, worlds = document.meshes[0].primitives[0], world_matrices(document)
    skin = document.skins[0]
    assert skin.inverse_bind is not None
    joints = worlds[list(skin.joints)] @ skin.inverse_bind
    both = [part.attributes["POSITION"], part.attributes["POSITION"] + part.targets[0]["POSITION"].dense()]
    whole = np.einsum("vk,vkij->vij", part.attributes["WEIGHTS_0"], joints[part.attributes["JOINTS_0"]])
    return np.stack([np.einsum("vij,vj->vi", whole, np.column_stack([p, np.ones(len(p))]))[:, :3] for p in both])


def test_turned_nodes_are_laid_into_the_meshes_and_nothing_moves() -> None:
    random = np.random.default_rng(3)
    document = _small(turns=quaternions.normalize(random.normal(size=(20, 4))))
    straight, axes = straightened(document)
    assert all(node.rotation == (0.0, 0.0, 0.0, 1.0) for node in straight.nodes)
    np.testing.assert_allclose(_shown(straight), _shown(document), atol=1e-5)
    np.testing.assert_allclose(world_matrices(straight)[:, :3, 3], world_matrices(document)[:, :3, 3], atol=1e-6)
    np.testing.assert_allclose(axes[5], world_matrices(document)[5, :3, :3], atol=1e-6)


def test_a_figure_with_turned_nodes_becomes_vrm_0_with_colliders_in_their_places() -> None:
    new = convert_vrm(_all_of_vrm0(_small()), "1.0").document
    turns = quaternions.normalize(np.random.default_rng(5).normal(size=(20, 4)))
    bent = _small(turns=turns)
    nodes = (*(replace(node, children=old.children) for node, old in zip(bent.nodes, new.nodes, strict=False)), *new.nodes[21:])
    bent = replace(bent, nodes=nodes, extensions=new.extensions, extensions_used=new.extensions_used)
    made = convert_vrm(bent, "0.x").document
    np.testing.assert_allclose(_shown(made), _shown(bent) * ABOUT, atol=1e-5)
    collider = made.extensions["VRM"]["secondaryAnimation"]["colliderGroups"][0]["colliders"][0]["offset"]
    wanted = world_matrices(bent)[4, :3, :3] @ [-0.1, 0.2, 0.3]
    np.testing.assert_allclose([-collider["x"], collider["y"], collider["z"]], wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("secondaryAnimation", "boneGroups", 0, "bones"), [999]),
        (("secondaryAnimation", "boneGroups", 0, "colliderGroups"), [7]),
        (("secondaryAnimation", "colliderGroups", 0, "node"), -3),
        (("blendShapeMaster", "blendShapeGroups", 0, "binds"), [{"mesh": 12, "index": 0}]),
        (("firstPerson", "firstPersonBone"), 4000),
        (("humanoid", "humanBones"), []),
    ],
)
def test_a_damaged_file_is_told_in_one_line(where: tuple[Any, ...], value: Any) -> None:
    document = _all_of_vrm0(_small())
    place: Any = document.extensions["VRM"]
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = value
    with pytest.raises(InputError):
        convert_vrm(document, "1.0")


_NONSENSE = (None, -1, 1e30, "x", [], {}, True, 99999, [1, 2], {"a": 1}, [None], [{}], [1.0, 2.0, 3.0, 4.0])
_DAMAGES = 300


def _places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything inside a JSON value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*way, key)
        yield from _places(child, (*way, key))


@pytest.mark.parametrize("version", ["0.x", "1.0"])
def test_whatever_is_damaged_is_converted_or_told(version: Version) -> None:
    """Nonsense at random places of all that VRM says, in materials too."""
    toon = {"name": "cloth", "shader": "VRM/MToon", "renderQueue": 3000, "floatProperties": {"_BlendMode": 2},
            "vectorProperties": {"_MainTex": [0, 0, 2, 2]}, "textureProperties": {}}  # fmt: skip
    document = _all_of_vrm0(_small())
    document.extensions["VRM"]["materialProperties"].append(toon)
    if version == "0.x":
        document = convert_vrm(document, "1.0").document
    random = np.random.default_rng(11)
    told_of = {"file": dict(document.extensions), "material": dict(document.materials[0].extensions)}
    places = list(_places(told_of))
    refused = 0
    for _ in range(_DAMAGES):
        damaged = copy.deepcopy(told_of)
        *way, last = places[random.integers(len(places))]
        place: Any = damaged
        for key in way:
            place = place[key]
        place[last] = _NONSENSE[random.integers(len(_NONSENSE))]
        if not all(isinstance(part, dict) for part in damaged.values()):
            continue
        materials = (replace(document.materials[0], extensions=damaged["material"]),)
        try:
            convert_vrm(replace(document, extensions=damaged["file"], materials=materials), version)
        except InputError:
            refused += 1
    assert refused > _DAMAGES // 10


def test_what_forbids_to_be_altered_is_refused_unless_there_is_permission(avatar: Avatar, tmp_path: Path) -> None:
    (tmp_path / "mine.vrm").write_bytes(vrm1_bytes(avatar.licensed(modification="prohibited")))
    with pytest.raises(UsageError, match="modification: prohibited"):
        convert(tmp_path / "mine.vrm", "vrm0")
    assert not (tmp_path / "old.vrm").exists()
    words = ["convert", str(tmp_path / "mine.vrm"), "-o", str(tmp_path / "old.vrm"), "--platform", "vrm0"]
    assert main(words) == 2
    assert main([*words, "--i-have-permission"]) == 0
    vrm = read_vrm(read_document(tmp_path / "old.vrm"))
    assert vrm is not None and vrm.format == "VRM 0.x"


def test_what_is_no_vrm_becomes_none_without_permission(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plain.glb").write_bytes(document_to_glb(_small()))
    with pytest.raises(UsageError, match="no VRM"):
        convert(tmp_path / "plain.glb", "vrm1")
    assert main(["convert", str(tmp_path / "plain.glb"), "-o", str(tmp_path / "new.glb"), "--platform", "vrm1"]) == 2
    assert ".vrm" in capsys.readouterr().err


@pytest.mark.browser
def test_three_vrm_shows_a_converted_figure_like_its_own(avatar: Avatar, old: Document, tmp_path: Path) -> None:
    (tmp_path / "converted.vrm").write_bytes(document_to_glb(convert_vrm(old, "1.0").document))
    assert_khronos_clean(tmp_path / "converted.vrm")
    seen = three_vrm_moving(tmp_path / "converted.vrm", (0.3,), folder=tmp_path, views=(), size=(120, 120))
    assert not seen.problems and len(seen.rest) > 30


@pytest.mark.shared_media
@pytest.mark.browser
def test_three_vrm_loads_other_peoples_avatars_after_conversion(shared_media: Path, tmp_path: Path) -> None:
    for name in ("sat_rest_a_pose_vrm0.vrm", "spec_VRMC_vrm_expressions_isBinary_Overrides.vrm"):
        document = read_document(shared_media / "rigs" / name)
        other = "0.x" if vrm_version(document) == "1.0" else "1.0"
        (tmp_path / name).write_bytes(document_to_glb(convert_vrm(document, other).document))  # type: ignore[arg-type]
        before, after = (three_vrm_report(folder / name, size=(80, 80)) for folder in (shared_media / "rigs", tmp_path))
        assert set(after.human_bones) == set(before.human_bones) and not after.problems
