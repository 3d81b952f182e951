"""USDZ: read back by USD's own library, and found sound by its validators."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe

pytest.importorskip("pxr", reason="usd-core is not installed (pip install avatarkit[usdz])")

from pxr import Usd, UsdGeom, UsdShade, UsdSkel, UsdValidation


@pytest.fixture(scope="module", params=["human", "anime"])
def avatar(request: pytest.FixtureRequest) -> Avatar:
    return build_avatar(default_recipe(request.param))


@pytest.fixture(scope="module")
def stage(avatar: Avatar, tmp_path_factory: pytest.TempPathFactory) -> Usd.Stage:
    path = tmp_path_factory.mktemp("usdz") / "me.usdz"
    avatar.save(path)
    assert [child.name for child in path.parent.iterdir()] == ["me.usdz"]
    return Usd.Stage.Open(str(path))


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
    from avatarkit.errors import UsageError

    with pytest.raises(UsageError, match=r"\.usdz"):
        avatar.save(tmp_path / "me.usd")
