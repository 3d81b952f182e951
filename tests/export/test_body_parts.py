"""Roblox's body of fifteen parts: closed, named, within its limits, still the same figure, and seen to be wrong where it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.errors import InputError
from avatarkit.export.convert import convert
from avatarkit.export.files import glb_bytes, save_avatar
from avatarkit.export.platform_check import check
from avatarkit.export.reduction.body_parts import capped, open_edges, with_body_parts
from avatarkit.export.reduction.decode import surface_of
from avatarkit.export.reduction.human import human_bones
from avatarkit.export.reduction.surface import Surface
from avatarkit.gltf.document import Document
from avatarkit.gltf.reading import document_from_bytes, read_document
from avatarkit.gltf.writing import document_to_glb
from avatarkit.vocabulary.r15 import PARTS, mesh_name
from tests.judges import assert_khronos_clean


@pytest.fixture(scope="module")
def whole() -> Document:
    return document_from_bytes(glb_bytes(build_avatar(default_recipe())))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roblox") / "parts.glb"
    save_avatar(build_avatar(default_recipe()), path, "roblox")
    return path


def changed(document: Document, folder: Path) -> Path:
    path = folder / "changed.glb"
    path.write_bytes(document_to_glb(document))
    return path


def broken(path: Path) -> list[str]:
    return [finding.what for finding in check(path, "roblox").findings if finding.passes is False]


def test_an_avatar_becomes_fifteen_closed_parts_that_pass(made: Path) -> None:
    assert broken(made) == []
    assert_khronos_clean(made)
    assert [mesh.name for mesh in read_document(made).meshes] == [mesh_name(part) for part in PARTS]


def test_every_edge_of_a_part_is_run_along_both_ways(made: Path) -> None:
    for mesh in read_document(made).meshes:
        [part] = mesh.primitives
        _, places = np.unique(part.attributes["POSITION"], axis=0, return_inverse=True)
        corners = places.reshape(-1)[part.indices.reshape(-1, 3)]
        edges = [tuple(edge) for k in range(3) for edge in corners[:, [k, (k + 1) % 3]] if edge[0] != edge[1]]
        assert sorted(edges) == sorted((b, a) for a, b in edges), mesh.name


def test_the_parts_together_are_the_figure_about_its_hips(made: Path, whole: Document) -> None:
    before = surface_of(whole)
    bare = np.isin(before.piece, [k for k, name in enumerate(before.pieces) if not name.startswith(("hair", "Lashes"))])
    places, after = before.positions[np.unique(before.triangles[bare])], surface_of(read_document(made)).positions
    hips = np.asarray(build_avatar(default_recipe()).rig.skeleton.rest_world[0])[0]
    np.testing.assert_allclose(after.min(axis=0), places.min(axis=0) - hips, atol=0.012)
    np.testing.assert_allclose(after.max(axis=0), places.max(axis=0) - hips, atol=0.012)


def test_a_brow_is_raised_on_its_own_side(made: Path) -> None:
    surface = surface_of(read_document(made))
    for name, side in (("LeftInnerBrowRaiser", 1.0), ("RightInnerBrowRaiser", -1.0)):
        moved = surface.morphs[name].vertices
        assert len(moved) and (side * surface.positions[moved, 0] > -0.01).all()


def test_a_hole_another_name_and_a_loose_joint_are_seen(made: Path, tmp_path: Path) -> None:
    document = read_document(made)
    head, *others = document.meshes
    [part] = head.primitives
    torn = replace(head, primitives=(replace(part, indices=part.indices[3:]),))
    assert "parts that are not closed" in broken(changed(replace(document, meshes=(torn, *others)), tmp_path))
    renamed = replace(document, meshes=(replace(head, name="Torso"), *others))
    assert "meshes of the fifteen parts" in broken(changed(renamed, tmp_path))
    nodes = tuple(replace(node, name="Hips") if node.name == "LowerTorso" else node for node in document.nodes)
    said = broken(changed(replace(document, nodes=nodes), tmp_path))
    assert "joints below one another as Roblox has them" in said


@pytest.mark.slow
def test_others_avatars_are_cut_too(whole: Document, tmp_path: Path) -> None:
    plain = replace(whole, meshes=tuple(replace(mesh, name=f"piece-{k}") for k, mesh in enumerate(whole.meshes)))
    converted = convert(changed(plain, tmp_path), "roblox", with_permission=True)
    assert converted.save(tmp_path / "parts.glb").passes


def test_who_has_no_hand_is_told_so(whole: Document) -> None:
    bones = {bone: node for bone, node in human_bones(whole).items() if bone != "leftHand"}
    with pytest.raises(InputError, match="no bone for Roblox's LeftHand"):
        with_body_parts(whole, surface_of(whole), bones)


def test_a_cap_closes_a_tube_at_both_ends() -> None:
    tube = _tube(8)
    assert len(open_edges(tube, np.arange(16))) == 16
    closed = capped(tube)
    assert len(open_edges(closed, np.arange(len(closed.triangles)))) == 0
    a, b, c = (closed.positions[closed.triangles[:, k]] for k in range(3))
    volume = np.einsum("ni,ni->n", a, np.cross(b, c)).sum() / 6.0
    assert volume == pytest.approx(0.5 * 8 * np.sin(2 * np.pi / 8), rel=1e-6)


def _tube(sides: int) -> Surface:
    """An open prism of radius and height 1, seen from outside."""
    angle = 2.0 * np.pi * np.arange(sides) / sides
    ring = np.stack([np.cos(angle), np.zeros(sides), -np.sin(angle)], axis=1)
    low, following = np.arange(sides), (np.arange(sides) + 1) % sides
    lower = np.stack([low, following, following + sides], axis=1)
    upper = np.stack([low, following + sides, low + sides], axis=1)
    count = 2 * sides
    return Surface(
        positions=np.concatenate([ring, ring + np.array([0.0, 1.0, 0.0])]),
        normals=np.concatenate([ring, ring]),
        uvs=np.zeros((count, 2)),
        colors=np.ones((count, 4)),
        joints=np.zeros((count, 4), int),
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (count, 1)),
        triangles=np.concatenate([lower, upper]),
        piece=np.zeros(count, int),
        material=np.zeros(count, int),
        morphs={},
        pieces=("tube",),
        piece_morphs=((),),
        skin=(0,),
    )
