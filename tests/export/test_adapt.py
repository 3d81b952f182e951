"""Avatars as platforms want them: their names, and mouth shapes made of ARKit's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.export.adapt import EXTRAS, VISEMES, adapted, part_of, without_trims
from avatarkit.export.files import glb_bytes
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


FLAT_M = 0.006
"""What is sewn flat lies nearer than this to points of its cloth's surface: it stands off by 3 mm, and points are apart."""


def test_what_is_sewn_flat_lies_on_cloth_that_stays(avatar: Avatar) -> None:
    marked = [mesh for mesh in avatar.meshes if mesh.sewn is not None]
    assert any("t-shirt" in mesh.name for mesh in marked)
    for mesh in marked:
        cloth = mesh.positions[mesh.triangles[~mesh.sewn[mesh.triangles].any(axis=1)]]
        shares = np.random.default_rng(1).dirichlet(np.ones(3), 60)
        distance, _ = cKDTree(np.einsum("sk,tkd->tsd", shares, cloth).reshape(-1, 3)).query(mesh.positions[mesh.sewn])
        assert np.quantile(distance, 0.99) < FLAT_M


def test_flat_trims_go_where_few_triangles_may_stay_and_stay_where_many_may(avatar: Avatar) -> None:
    count = sum(len(mesh.triangles) for mesh in avatar.meshes)
    assert without_trims(avatar, 0.5 * count) is avatar
    plain = without_trims(avatar, 0.1 * count)
    assert [mesh.name for mesh in plain.meshes] == [mesh.name for mesh in avatar.meshes]
    for before, after in zip(avatar.meshes, plain.meshes, strict=True):
        sewn = 0 if before.sewn is None else int(before.sewn[before.triangles].any(axis=1).sum())
        assert len(after.triangles) == len(before.triangles) - sewn
    assert sum(len(mesh.triangles) for mesh in plain.meshes) < count


def test_no_file_says_what_is_sewn_on(avatar: Avatar) -> None:
    unmarked = replace(avatar, meshes=tuple(replace(mesh, sewn=None) for mesh in avatar.meshes))
    assert glb_bytes(avatar) == glb_bytes(unmarked)
