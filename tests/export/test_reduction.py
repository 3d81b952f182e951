"""Lighter avatars: what is left is where it was, what is asked for is kept, and nobody's wish is overrun."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.cli import main
from avatarkit.errors import UsageError
from avatarkit.export.convert import convert
from avatarkit.export.files import save_avatar, vrm1_bytes
from avatarkit.export.platform_check import check
from avatarkit.export.platforms import load_platform
from avatarkit.export.reduction.atlas import filled
from avatarkit.export.reduction.bones import summed, with_most_joints
from avatarkit.export.reduction.decode import surface_of
from avatarkit.export.reduction.detail import with_most_triangles
from avatarkit.export.reduction.encode import with_surface
from avatarkit.export.reduction.human import human_bones, triangle_weights
from avatarkit.export.reduction.paints import dulled
from avatarkit.export.reduction.surface import Surface
from avatarkit.gltf.document import Document, Material
from avatarkit.gltf.reading import document_from_bytes, read_document
from avatarkit.gltf.vrm import read_vrm
from avatarkit.gltf.writing import document_to_glb

MOST = 10_000


@pytest.fixture(scope="module")
def document() -> Document:
    return document_from_bytes(vrm1_bytes(build_avatar(default_recipe())))


@pytest.fixture(scope="module")
def surface(document: Document) -> Surface:
    return surface_of(document)


@pytest.fixture(scope="module")
def coarse(document: Document, surface: Surface) -> Surface:
    return with_most_triangles(surface, MOST, triangle_weights(document, surface, human_bones(document)))


@pytest.fixture(scope="module")
def mobile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mobile") / "mobile.vrm"
    save_avatar(build_avatar(default_recipe()), path, "vrchat-mobile")
    return path


def saved(document: Document, folder: Path, name: str = "changed.vrm") -> Path:
    path = folder / name
    path.write_bytes(document_to_glb(document))
    return path


def forbidding(document: Document) -> Document:
    vrm = document.extensions["VRMC_vrm"]
    meta = {**vrm["meta"], "modification": "prohibited"}
    return replace(document, extensions={**document.extensions, "VRMC_vrm": {**vrm, "meta": meta}})


def distance(surface: Surface, to: Surface, piece: str) -> float:
    """Mean distance, metres, of a piece's vertices to the nearest of many points on the other's."""
    number = surface.pieces.index(piece)
    triangles = to.positions[to.triangles[to.piece == number]]
    shares = np.random.default_rng(1).dirichlet(np.ones(3), 60)
    points = np.einsum("sk,tkd->tsd", shares, triangles).reshape(-1, 3)
    used = np.unique(surface.triangles[surface.piece == number])
    return float(cKDTree(points).query(surface.positions[used])[0].mean())


def test_what_is_taken_apart_and_put_together_is_the_same(document: Document, surface: Surface) -> None:
    again = surface_of(with_surface(document, surface, merged=False))
    assert again.pieces == surface.pieces and list(again.morphs) == list(surface.morphs)
    corners, corners_again = (s.positions[s.triangles[s.piece == 0]].mean(axis=(0, 1)) for s in (surface, again))
    assert np.allclose(corners, corners_again, atol=1e-5)
    assert len(again.triangles) == len(surface.triangles)


def test_fewer_triangles_lie_where_the_many_were(surface: Surface, coarse: Surface) -> None:
    assert len(coarse.triangles) <= MOST
    assert distance(surface, coarse, "Face") < 0.0015
    assert distance(surface, coarse, "Body") < 0.006


def test_every_vertex_that_is_left_is_one_of_the_old_ones(surface: Surface, coarse: Surface) -> None:
    gaps, nearest = cKDTree(np.column_stack([surface.positions, surface.uvs])).query(
        np.column_stack([coarse.positions, coarse.uvs])
    )
    assert gaps.max() == 0.0
    assert np.abs(coarse.weights.sum(axis=1) - 1.0).max() < 1e-6
    assert nearest.max() < surface.count


def test_no_edge_opens_that_was_closed(surface: Surface, coarse: Surface) -> None:
    def open_edges(s: Surface, piece: str) -> np.ndarray:
        triangles = s.triangles[s.piece == s.pieces.index(piece)]
        _, places = np.unique(np.round(s.positions, 6), axis=0, return_inverse=True)
        corners = places.reshape(-1)[triangles]
        ends = np.sort(np.stack([corners, np.roll(corners, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
        edges, counts = np.unique(ends, axis=0, return_counts=True)
        order = np.argsort(places.reshape(-1))
        first = order[np.searchsorted(places.reshape(-1)[order], edges[counts == 1])]
        return s.positions[first.reshape(-1)]

    before, after = open_edges(surface, "Face"), open_edges(coarse, "Face")
    assert cKDTree(before).query(after)[0].max() < 1e-6


@pytest.mark.parametrize(("own_vertices", "turned"), [(True, False), (False, True)])
def test_sheets_that_lie_in_each_other_are_thinned_each_by_itself(
    surface: Surface, *, own_vertices: bool, turned: bool
) -> None:
    """A second head in the first one's place, backs given as triangles of their own."""
    face = surface.piece == surface.pieces.index("Face")
    one = surface.with_triangles(surface.triangles[face], np.flatnonzero(face))
    again = one.triangles[:, ::-1] if turned else one.triangles
    both = one.with_triangles(np.concatenate([one.triangles, again]), np.tile(np.arange(len(one.triangles)), 2))
    layer = np.repeat([0, 1], len(one.triangles))
    thinned = with_most_triangles(both.with_layers(layer) if own_vertices else both, 4000, np.ones(len(layer)))
    assert len(thinned.triangles) <= 4000
    assert set(thinned.morphs) == set(one.morphs)
    assert distance(one, thinned, "Face") < 0.0015


def test_lids_still_close_and_the_jaw_still_opens(surface: Surface, coarse: Surface) -> None:
    for name in ("eyeBlinkLeft", "jawOpen", "mouthSmileRight"):
        farthest, left = (np.linalg.norm(s.morphs[name].positions, axis=1).max() for s in (surface, coarse))
        assert left > 0.9 * farthest
    assert set(coarse.morphs) == set(surface.morphs)


def test_joints_that_go_leave_their_weight_above_them(document: Document, surface: Surface) -> None:
    bones = human_bones(document)
    fewer = with_most_joints(document, surface, 30, bones, {"head", "leftHand", "leftFoot", "rightFoot", "rightHand"})
    assert len(fewer.skin) == 30
    assert np.allclose(fewer.weights.sum(axis=1), 1.0)
    hand = fewer.skin.index(bones["leftHand"])
    tip = surface.skin.index(bones["leftIndexDistal"])
    on_tip = (surface.joints == tip) & (surface.weights > 0.5)
    assert (fewer.joints[on_tip.any(axis=1)] == hand).any(axis=1).all()


def test_no_joint_stands_twice_in_a_vertex() -> None:
    joints, weights = summed(np.array([[3, 3, 1, 3]]), np.array([[0.4, 0.3, 0.2, 0.1]]))
    assert np.allclose(weights, [[0.8, 0.0, 0.2, 0.0]]) and joints.tolist() == [[3, 0, 1, 0]]


def test_the_phone_gets_one_mesh_of_one_material_that_still_speaks(mobile: Path) -> None:
    verdict = check(mobile, "vrchat-mobile")
    assert verdict.passes and verdict.rank == "Good", [f for f in verdict.findings if f.passes is False]
    written = read_document(mobile)
    vrm = read_vrm(written)
    assert len(written.meshes) == len(written.materials) == 1
    assert vrm is not None and len(vrm.human_bones) >= 50
    groups = written.extensions["VRM"]["blendShapeMaster"]["blendShapeGroups"]
    [blink] = [group for group in groups if group["presetName"] == "blink"]
    moved = {written.meshes[0].target_names[bind["index"]] for bind in blink["binds"]}
    assert moved == {"eyeBlinkLeft", "eyeBlinkRight"}


def test_others_files_are_mended_and_the_verdict_is_that_of_the_mended_file(document: Document, tmp_path: Path) -> None:
    source, target = saved(document, tmp_path), tmp_path / "mended.vrm"
    assert main(["check", str(source), "--platform", "spatial"]) == 1
    assert main(["check", str(source), "--platform", "spatial", "--fix", "-o", str(target)]) == 0
    assert check(target, "spatial").passes


def test_a_licence_that_forbids_changes_is_heeded_unless_told_otherwise(document: Document, tmp_path: Path) -> None:
    source, target = saved(forbidding(document), tmp_path), tmp_path / "mended.vrm"
    with pytest.raises(UsageError, match="licence forbids"):
        convert(source, "vrm1")
    assert not target.exists()
    assert convert(source, "vrm1", with_permission=True).save(target).passes


def test_three_hundred_materials_become_few(document: Document, tmp_path: Path) -> None:
    mesh = document.meshes[0]
    part = mesh.primitives[0]
    assert part.indices is not None
    pieces = np.array_split(part.indices[: len(part.indices) // 3 * 3].reshape(-1, 3), 300)
    parts = tuple(replace(part, indices=piece.reshape(-1), material=k, targets=()) for k, piece in enumerate(pieces))
    colors = [(k / 300, 0.5, 1.0 - k / 300, 1.0) for k in range(300)]
    many = replace(
        document,
        materials=tuple(Material(f"m{k}", base_color=color) for k, color in enumerate(colors)),
        meshes=(replace(mesh, primitives=parts, target_names=(), weights=()),),
        nodes=tuple(replace(n, mesh=None, skin=None) if n.mesh not in (0, None) else n for n in document.nodes),
        extensions={},
        extensions_used=(),
        textures=(),
        images=(),
    )
    verdict = convert(saved(many, tmp_path, "many.glb"), "spatial").save(tmp_path / "few.glb")
    written = read_document(tmp_path / "few.glb")
    assert len(written.materials) == 1
    assert not [f.what for f in verdict.findings if f.passes is False and f.what not in ("kind of file", "human bones")]


def test_scripts_and_notes_are_left_out(document: Document, tmp_path: Path) -> None:
    noted = replace(
        document,
        extras={"script": "alert(1)"},
        nodes=tuple(replace(node, extras={"onload": "run()"}) for node in document.nodes),
    )
    target = tmp_path / "clean.vrm"
    convert(saved(noted, tmp_path), "vrm1").save(target)
    content = target.read_bytes()
    assert b"alert" not in content and b"onload" not in content


def test_two_morphs_of_one_name_get_two(document: Document, tmp_path: Path) -> None:
    meshes = list(document.meshes)
    names = meshes[0].target_names
    meshes[0] = replace(meshes[0], target_names=(names[1], *names[1:]))
    target = tmp_path / "named.vrm"
    assert convert(saved(replace(document, meshes=tuple(meshes)), tmp_path), "vrm1").save(target).passes
    assert f"{names[1]}_2" in read_document(target).meshes[0].target_names


def test_the_strongest_four_of_eight_influences_stay(document: Document, tmp_path: Path) -> None:
    mesh = document.meshes[0]
    part = mesh.primitives[0]
    more = {"JOINTS_1": part.attributes["JOINTS_0"][:, ::-1], "WEIGHTS_1": part.attributes["WEIGHTS_0"] * 0.5}
    first = {"WEIGHTS_0": part.attributes["WEIGHTS_0"] * 0.5}
    heavy = replace(part, attributes={**part.attributes, **first, **more})
    eight = replace(document, meshes=(replace(mesh, primitives=(heavy,)), *document.meshes[1:]))
    assert convert(saved(eight, tmp_path), "unity-humanoid").save(tmp_path / "four.vrm").passes


def test_a_hanging_arm_is_stretched_out_for_those_who_want_it(document: Document, tmp_path: Path) -> None:
    bones = human_bones(document)
    turns = {bones["leftUpperArm"]: -1.0, bones["rightUpperArm"]: 1.0}
    down = tuple(
        replace(node, rotation=(0.0, 0.0, turns[k] * np.sin(np.pi / 8), np.cos(np.pi / 8))) if k in turns else node
        for k, node in enumerate(document.nodes)
    )
    source = saved(replace(document, nodes=down), tmp_path)
    assert not check(source, "unity-humanoid").passes
    assert convert(source, "unity-humanoid").save(tmp_path / "stretched.vrm").passes
    assert load_platform("unity-humanoid").rules


def test_far_off_an_atlas_shows_no_colour_that_nothing_has() -> None:
    picture = np.full((64, 64, 4), 255, np.uint8)
    bare = np.ones((64, 64), np.uint8)
    for corner, color in (((4, 4), (90, 20, 10, 255)), ((40, 30), (20, 60, 30, 0))):
        picture[corner[1] : corner[1] + 9, corner[0] : corner[0] + 12] = color
        bare[corner[1] : corner[1] + 9, corner[0] : corner[0] + 12] = 0
    full = filled(picture, bare)
    assert {tuple(color) for color in full.reshape(-1, 4).tolist()} == {(90, 20, 10, 255), (20, 60, 30, 0)}
    assert tuple(full[0, 0]) == (90, 20, 10, 255) and tuple(full[60, 60]) == (20, 60, 30, 0)
    assert (filled(picture, np.zeros_like(bare)) == picture).all()


def test_reflection_that_a_merge_cannot_keep_dulls_instead() -> None:
    shiny = Material(roughness=0.5)
    assert dulled(shiny) == 0.5
    dull = replace(shiny, extensions={"KHR_materials_specular": {"specularFactor": 0.25}})
    assert pytest.approx(1.0 / dulled(dull) ** 4) == 0.25 / 0.5**4
