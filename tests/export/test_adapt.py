"""Avatars as platforms want them: their names, and mouth shapes made of ARKit's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.export.adapt import EXTRAS, VISEMES, adapted, part_of
from avatarkit.export.platform_check import check
from avatarkit.export.platforms import load_platform, platform_names
from avatarkit.rig.load_rig import load_rig
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.visemes import OCULUS_VISEMES, READY_PLAYER_ME_EXTRAS
from tests.judges import assert_khronos_clean


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    return build_avatar(default_recipe())


def test_the_recipes_are_for_all_shapes_and_of_arkits() -> None:
    assert set(VISEMES) == set(OCULUS_VISEMES) and set(EXTRAS) == set(READY_PLAYER_ME_EXTRAS)
    for parts in (*VISEMES.values(), *EXTRAS.values()):
        assert set(parts) <= set(ARKIT_NAMES)


@pytest.mark.node
def test_a_drop_in_for_ready_player_me_passes_its_profile(avatar: Avatar, tmp_path: Path) -> None:
    path = tmp_path / "rpm.glb"
    avatar.save(path, platform="rpm")
    verdict = check(path, "rpm")
    assert verdict.passes, [finding for finding in verdict.findings if finding.passes is False]
    assert_khronos_clean(path)


@pytest.mark.parametrize(
    ("platform", "family", "name"), [("unreal", "unreal", "pelvis"), ("mixamo", "mixamo", "mixamorig:Hips")]
)
def test_bones_have_the_names_of_their_family(avatar: Avatar, platform: str, family: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "named.glb"
    avatar.save(path, platform=platform)
    rig = load_rig(path)
    assert rig.family == family and name in rig.skeleton.names
    assert check(path, platform).passes


def test_a_mixed_shape_moves_what_its_parts_move(avatar: Avatar) -> None:
    made = {mesh.name: mesh for mesh in adapted(avatar, load_platform("rpm")).meshes}["Wolf3D_Head"]
    morphs = {morph.name: morph for morph in made.morphs}

    def dense(name: str) -> np.ndarray:
        offsets = np.zeros((len(made.positions), 3))
        offsets[morphs[name].indices] = morphs[name].positions
        return offsets

    wanted = sum(share * dense(part) for part, share in VISEMES["viseme_O"].items())
    np.testing.assert_allclose(dense("viseme_O"), wanted, atol=1e-6)
    assert np.abs(dense("viseme_sil")).max() > 0


def test_the_parts_of_a_mesh_are_the_whole(avatar: Avatar) -> None:
    eyes = next(mesh for mesh in avatar.meshes if mesh.name == "Eyes")
    left = eyes.positions[:, 0] > 0
    parts = [part_of(eyes, chosen, "part") for chosen in (left, ~left)]
    assert sum(len(part.triangles) for part in parts) == len(eyes.triangles)
    assert sum(len(morph.indices) for part in parts for morph in part.morphs) == sum(len(m.indices) for m in eyes.morphs)
    assert all(part.positions[:, 0].min() * part.positions[:, 0].max() > 0 for part in parts)


@pytest.mark.parametrize("name", [name for name in platform_names() if not load_platform(name).morphs])
def test_nothing_is_changed_that_nobody_asks_for(avatar: Avatar, name: str) -> None:
    platform = load_platform(name)
    if platform.naming is None and not platform.meshes:
        assert adapted(avatar, platform) is avatar
