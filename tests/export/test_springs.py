"""Springs as VRM has them, in both versions, and as three-vrm moves them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.export.files import vrm0_bytes, vrm1_bytes
from avatarkit.export.platforms import load_platform
from avatarkit.export.springs import bounded_springs
from avatarkit.export.statistics import measure
from avatarkit.gltf.reading import document_from_bytes
from tests.judges import assert_khronos_clean, three_vrm_moving

_TIMES_S = (0.1, 0.2, 0.35, 0.5)


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    recipe = default_recipe()
    pieces = ("summer-dress", "drop-earrings")
    return build_avatar(replace(recipe, hair=replace(recipe.hair, style="long"), outfit=replace(recipe.outfit, pieces=pieces)))


def test_both_versions_have_the_same_chains(avatar: Avatar) -> None:
    new, old = (document_from_bytes(data) for data in (vrm1_bytes(avatar), vrm0_bytes(avatar)))
    springs = new.extensions["VRMC_springBone"]["springs"]
    roots = {new.nodes[spring["joints"][0]["node"]].name for spring in springs}
    groups = old.extensions["VRM"]["secondaryAnimation"]["boneGroups"]
    assert {old.nodes[bone].name for group in groups for bone in group["bones"]} == roots
    counts = [measure(document, 1) for document in (new, old)]
    for statistic in ("spring_chains", "spring_joints"):
        assert counts[0][statistic] == counts[1][statistic] > 0


def test_vrm_1s_joints_lead_from_root_to_tip_and_heed_what_exists(avatar: Avatar) -> None:
    document = document_from_bytes(vrm1_bytes(avatar))
    extension = document.extensions["VRMC_springBone"]
    for spring in extension["springs"]:
        nodes = [joint["node"] for joint in spring["joints"]]
        assert all(document.parents[child] == parent for parent, child in pairwise(nodes))
        assert all(0 <= group < len(extension["colliderGroups"]) for group in spring.get("colliderGroups", []))
    for group in extension["colliderGroups"]:
        assert all(0 <= one < len(extension["colliders"]) for one in group["colliders"])


def test_vrm_0s_balls_lie_inside_the_capsules_of_vrm_1(avatar: Avatar) -> None:
    extension = document_from_bytes(vrm0_bytes(avatar)).extensions["VRM"]["secondaryAnimation"]
    assert len(extension["colliderGroups"]) == len(avatar.colliders)
    for group, collider in zip(extension["colliderGroups"], avatar.colliders, strict=True):
        start, end = np.array(collider.offset), np.array(collider.tail or collider.offset)
        for ball in group["colliders"]:
            # Unity's axes of a figure that faces -Z in glTF: only X is the other way.
            place = np.array([-ball["offset"]["x"], ball["offset"]["y"], ball["offset"]["z"]])
            share = np.clip((place - start) @ (end - start) / max((end - start) @ (end - start), 1e-12), 0, 1)
            assert np.linalg.norm(place - start - share * (end - start)) < 1e-6


@pytest.mark.parametrize("name", ["vrchat-mobile", "vrchat-pc", "cluster", "rpm"])
def test_a_platform_gets_as_many_springs_as_it_allows(avatar: Avatar, name: str) -> None:
    profile = load_platform(name)
    bounded = bounded_springs(avatar, profile)
    document = document_from_bytes((vrm0_bytes if profile.formats[0] == "VRM 0.x" else vrm1_bytes)(bounded))
    figures = measure(document, 1)
    for statistic in ("spring_chains", "spring_joints", "spring_colliders", "joints"):
        most = [profile.limits[statistic]] if statistic in profile.limits else []
        if statistic in profile.ranks:
            most.append(profile.ranks[statistic].most[profile.rank_names.index(profile.allowed_rank)])
        assert all(figures[statistic] <= value for value in most)
    assert bool(bounded.springs) == (profile.naming is None)


@pytest.mark.browser
@pytest.mark.parametrize("version", ["0.x", "1.0"])
def test_three_vrm_swings_the_hair_turns_the_eyes_and_hides_the_head_from_its_wearer(
    avatar: Avatar, version: str, tmp_path: Path
) -> None:
    path = tmp_path / "me.vrm"
    path.write_bytes(vrm1_bytes(avatar) if version == "1.0" else vrm0_bytes(avatar))
    if version == "1.0":
        assert_khronos_clean(path)
    seen = three_vrm_moving(path, _TIMES_S, folder=tmp_path, views=(), size=(150, 150))
    assert not seen.problems
    swinging = {avatar.rig.skeleton.names[joint] for chain in avatar.springs for joint in chain.joints[:-1]}
    assert swinging <= set(seen.rest)
    turned = {name: max(_degrees(moment[name], seen.settled[name]) for moment in seen.moments) for name in swinging}
    assert min(turned[name] for name in swinging if name.endswith("joint2") and name.startswith("hair")) > 1.0
    still = [_degrees(seen.settled[name], seen.rest[name]) for name in swinging]
    assert max(still) < 25.0  # standing still, hair falls much as it was laid
    assert _degrees(seen.gaze["40,0"]["leftEye"], seen.gaze["0,0"]["leftEye"]) > 3.0
    third, first = (np.asarray(Image.open(tmp_path / f"{name}.png").convert("L"), float) for name in ("third", "first"))
    middle = slice(third.shape[0] // 3, 2 * third.shape[0] // 3)
    assert first[middle, middle].std() < 0.4 * third[middle, middle].std()


def _degrees(one: list[float], other: list[float]) -> float:
    return float(np.degrees(2.0 * np.arccos(np.clip(abs(np.dot(one, other)), 0.0, 1.0))))
