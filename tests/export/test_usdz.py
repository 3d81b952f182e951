"""USDZ: read back by USD's own library, and found sound by its validators."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.cli import main
from avatarkit.errors import InputError, UsageError
from avatarkit.export.convert import convert
from avatarkit.export.platform_check import check, check_all

pytest.importorskip("pxr", reason="usd-core is not installed (pip install avatarkit[usdz])")

from pxr import Sdf, Usd, UsdGeom, UsdShade, UsdSkel, UsdValidation


@pytest.fixture(scope="module", params=["human", "anime"])
def avatar(request: pytest.FixtureRequest) -> Avatar:
    return build_avatar(default_recipe(request.param))


@pytest.fixture(scope="module")
def package(avatar: Avatar, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("usdz") / "me.usdz"
    avatar.save(path, platform="usdz")
    assert [child.name for child in path.parent.iterdir()] == ["me.usdz"]
    return path


@pytest.fixture(scope="module")
def stage(package: Path) -> Usd.Stage:
    return Usd.Stage.Open(str(package))


def test_it_passes_its_own_check_and_no_other_platforms(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [verdict.platform.name for verdict in check_all(package) if verdict.passes] == ["usdz"]
    assert main(["check", str(package), "--platform", "usdz"]) == 0
    assert "validators" in capsys.readouterr().out


def test_a_package_that_is_compressed_is_seen(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "packed.usdz"
    with ZipFile(package) as old, ZipFile(path, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    [layout] = [finding for finding in check(path, "usdz").findings if "layout" in finding.what]
    assert layout.passes is False and "compressed" in layout.measured and "64 bytes" in layout.measured


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ('#usda 1.0\n(\n    subLayers = [@/etc/other.usda@]\n)\n', "not in the package"),
        ('#usda 1.0\ndef Xform "A" (\n    references = @../other.usda@</B>\n)\n{\n}\n', "not in the package"),
        ("no scene at all", "cannot be read"),
    ],
)  # fmt: skip
def test_scenes_that_reach_outside_or_are_none_are_refused_in_a_line(layer: str, words: str, tmp_path: Path) -> None:
    scene, path = tmp_path / "odd.usda", tmp_path / "odd.usdz"
    scene.write_text(layer)
    writer = Sdf.ZipFileWriter.CreateNew(str(path))
    writer.AddFile(str(scene), scene.name)
    writer.Save()
    with pytest.raises(InputError, match=words):
        check(path, "usdz")


def test_what_is_no_package_ends_with_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "none.usdz"
    path.write_bytes(b"PK nothing")
    assert main(["check", str(path), "--platform", "usdz"]) == 3
    assert "not a USDZ package" in capsys.readouterr().err


def test_others_files_are_told_that_it_is_made_of_recipes(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="recipes"):
        convert(tmp_path / "any.vrm", "usdz")


def test_usds_own_validators_mind_nothing(stage: Usd.Stage) -> None:
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    assert len(validators) > 20
    found = UsdValidation.ValidationContext(validators).Validate(stage)
    assert not [(error.GetName(), error.GetMessage()) for error in found]


def test_meshes_come_back_as_they_were(avatar: Avatar, stage: Usd.Stage) -> None:
    meshes = [UsdGeom.Mesh(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]
    assert len(meshes) == len(avatar.meshes)
    assert UsdGeom.GetStageUpAxis(stage) == "Y" and UsdGeom.GetStageMetersPerUnit(stage) == 1.0
    for made, mesh in zip(meshes, avatar.meshes, strict=True):
        np.testing.assert_allclose(np.array(made.GetPointsAttr().Get()), mesh.positions, atol=1e-6)
        np.testing.assert_array_equal(np.array(made.GetFaceVertexIndicesAttr().Get()).reshape(-1, 3), mesh.triangles)
        places = np.array(UsdGeom.PrimvarsAPI(made).GetPrimvar("st").Get())
        np.testing.assert_allclose(places, np.column_stack([mesh.uvs[:, 0], 1.0 - mesh.uvs[:, 1]]), atol=1e-6)
        bound = UsdSkel.BindingAPI(made)
        np.testing.assert_allclose(np.array(bound.GetJointWeightsPrimvar().Get()).reshape(-1, 4), mesh.weights, atol=1e-6)


def test_at_rest_the_skeleton_leaves_every_vertex_where_it_is(avatar: Avatar, stage: Usd.Stage) -> None:
    skeleton = UsdSkel.Skeleton(stage.GetPrimAtPath("/Avatar/Skeleton"))
    query = UsdSkel.Cache().GetSkelQuery(skeleton)
    names = [str(path).rpartition("/")[2] for path in query.GetJointOrder()]
    assert names == [name.replace("-", "_") for name in avatar.rig.skeleton.names]
    skinning = np.array(query.ComputeSkinningTransforms(Usd.TimeCode.Default()))
    np.testing.assert_allclose(skinning, np.tile(np.eye(4), (len(names), 1, 1)), atol=1e-6)


def test_every_texture_is_inside_the_package(stage: Usd.Stage) -> None:
    inputs = [
        shader.GetInput("file").Get()
        for prim in stage.Traverse()
        if (shader := UsdShade.Shader(prim)) and shader.GetIdAttr().Get() == "UsdUVTexture"
    ]
    assert inputs and all(".usdz[" in asset.resolvedPath for asset in inputs)


def test_another_suffix_is_told_what_there_is(avatar: Avatar, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.usdz"):
        avatar.save(tmp_path / "me.usd")
