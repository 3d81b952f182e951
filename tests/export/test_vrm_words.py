"""What both versions of VRM say about one avatar: permissions, gaze, first person, thumbnail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avatarkit.avatar.avatar import Avatar, AvatarMeta
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.export.files import vrm0_bytes, vrm1_bytes
from avatarkit.export.vrm_versions.convert import convert_vrm
from avatarkit.gltf.reading import document_from_bytes
from tests.judges import three_vrm_moving


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    recipe = default_recipe()
    return build_avatar(replace(recipe, outfit=replace(recipe.outfit, pieces=("t-shirt", "jeans", "studs"))))


def said(avatar: Avatar) -> tuple[dict[str, Any], dict[str, Any]]:
    old, new = document_from_bytes(vrm0_bytes(avatar)), document_from_bytes(vrm1_bytes(avatar))
    return dict(old.extensions["VRM"]), dict(new.extensions["VRMC_vrm"])


def test_a_face_of_ones_own_is_the_strictest_there_is(avatar: Avatar) -> None:
    old, new = said(avatar)
    assert old["meta"]["allowedUserName"] == "OnlyAuthor" and old["meta"]["licenseName"] == "Redistribution_Prohibited"
    assert new["meta"]["avatarPermission"] == "onlyAuthor" and new["meta"]["modification"] == "allowModification"
    for meta in (old["meta"]["reference"], new["meta"]["thirdPartyLicenses"]):
        assert "MakeHuman" in meta and "CC0-1.0" in meta


def test_what_is_opened_is_open_in_both(avatar: Avatar) -> None:
    meta = AvatarMeta(worn_by="everyone", commercial_usage="corporation", violent_usage=True, redistribution=True,
                      modification="allowModificationRedistribution", credit="unnecessary")  # fmt: skip
    old, new = said(replace(avatar, meta=meta))
    assert old["meta"]["allowedUserName"] == "Everyone" and old["meta"]["commercialUssageName"] == "Allow"
    assert old["meta"]["violentUssageName"] == "Allow" and old["meta"]["sexualUssageName"] == "Disallow"
    assert new["meta"]["avatarPermission"] == "everyone" and new["meta"]["allowRedistribution"] is True


def test_what_the_head_carries_is_hidden_from_its_wearer(avatar: Avatar) -> None:
    flags = {mesh.name: mesh.first_person for mesh in avatar.meshes}
    assert {flags[name] for name in ("Face", "Eyes", "Mouth", "Lashes", "hair-lying")} == {"thirdPersonOnly"}
    assert all(flag == "thirdPersonOnly" for name, flag in flags.items() if name.startswith("outfit-studs"))
    assert flags["Body"] == "both" and all(flag == "both" for name, flag in flags.items() if "jeans" in name)


def test_gaze_by_expressions_is_said_in_both(avatar: Avatar) -> None:
    looking = replace(avatar, look_at=replace(avatar.look_at, by="expression"))
    old, new = said(looking)
    assert old["firstPerson"]["lookAtTypeName"] == "BlendShape" and new["lookAt"]["type"] == "expression"
    converted = convert_vrm(document_from_bytes(vrm0_bytes(looking)), "1.0").document.extensions["VRMC_vrm"]
    assert (
        converted["lookAt"]["type"] == "expression"
        and converted["lookAt"]["rangeMapVerticalUp"] == new["lookAt"]["rangeMapVerticalUp"]
    )
    np.testing.assert_allclose(converted["lookAt"]["offsetFromHeadBone"], new["lookAt"]["offsetFromHeadBone"], atol=1e-9)


@pytest.mark.browser
def test_three_vrm_looks_by_expressions_and_finds_the_thumbnail_in_both(avatar: Avatar, tmp_path: Path) -> None:
    portrait = np.full((512, 512, 3), 90, np.uint8)
    plain = tuple(mesh for mesh in avatar.meshes if mesh.name in ("Face", "Eyes"))  # the rest only takes time to draw
    looking = replace(avatar, meshes=plain, look_at=replace(avatar.look_at, by="expression"), thumbnail=portrait)
    for name, data in (("old", vrm0_bytes(looking)), ("new", vrm1_bytes(looking))):
        path = tmp_path / f"{name}.vrm"
        path.write_bytes(data)
        seen = three_vrm_moving(path, (0.1,), folder=tmp_path, views=(), gaze_deg=((45.0, 0.0), (0.0, 45.0)), size=(60, 60))
        gaze = seen.gaze
        assert seen.thumbnail
        assert gaze["45,0"]["weights"]["lookLeft"] == pytest.approx(0.5, abs=0.02)
        assert sum(gaze["0,45"]["weights"][direction] for direction in ("lookUp", "lookDown")) == pytest.approx(0.5, abs=0.02)
        assert gaze["45,0"]["leftEye"] == pytest.approx([0, 0, 0, 1], abs=1e-6)
