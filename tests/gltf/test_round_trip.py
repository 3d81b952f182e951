from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygltflib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatarkit.gltf.container import split_container
from avatarkit.gltf.document import Document, Mesh, Node, Primitive, SparseRows, sparse_rows
from avatarkit.gltf.reading import document_from_bytes, read_document
from avatarkit.gltf.writing import document_to_glb
from tests.gltf.small_file import small_document, small_glb
from tests.judges import assert_khronos_clean


def _morphed(offsets: SparseRows) -> Document:
    positions = np.zeros((offsets.count, 3), np.float32)
    return Document(meshes=(Mesh("m", (Primitive({"POSITION": positions}, targets=({"POSITION": offsets},)),), ("t",)),))


def _offsets_after(document: Document) -> SparseRows:
    return document_from_bytes(document_to_glb(document)).meshes[0].primitives[0].targets[0]["POSITION"]


def test_write_read_write_gives_the_same_bytes():
    first = small_glb()
    assert document_to_glb(document_from_bytes(first)) == first


def test_the_same_document_gives_the_same_bytes():
    assert small_glb() == small_glb()


def test_everything_in_a_document_survives_the_file():
    before, after = small_document(), document_from_bytes(small_glb())
    assert list(after.nodes) == list(before.nodes)
    assert after.materials == before.materials
    assert (after.textures, after.images, after.scenes) == (before.textures, before.images, before.scenes)
    assert after.meshes[0].target_names == ("smile",)
    np.testing.assert_array_equal(after.skins[0].inverse_bind, before.skins[0].inverse_bind)
    for name, array in before.meshes[0].primitives[0].attributes.items():
        np.testing.assert_array_equal(after.meshes[0].primitives[0].attributes[name], array)
    for was, now in zip(before.animations[0].channels, after.animations[0].channels, strict=True):
        assert (now.node, now.path, now.interpolation) == (was.node, was.path, was.interpolation)
        np.testing.assert_array_equal(now.times_s, was.times_s)
        np.testing.assert_array_equal(now.values, was.values)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.data())
def test_a_sparse_morph_target_comes_back_exactly(count: int, data: st.DataObject):
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, count - 1), max_size=count))), np.uint32)
    numbers = st.floats(-1e6, 1e6, width=32).filter(lambda value: value != 0)
    values = np.array(data.draw(st.lists(numbers, min_size=3 * len(rows), max_size=3 * len(rows))), np.float32).reshape(-1, 3)
    after = _offsets_after(_morphed(SparseRows(count, rows, values)))
    assert after.count == count
    np.testing.assert_array_equal(after.rows, rows)
    np.testing.assert_array_equal(after.values, values)


def test_a_target_that_moves_few_vertices_takes_few_bytes():
    dense, few = np.ones((5000, 3), np.float32), np.zeros((5000, 3), np.float32)
    few[7] = 1
    sizes = [len(document_to_glb(_morphed(sparse_rows(array)))) for array in (dense, few)]
    assert sizes[0] > sizes[1] + 50_000


def test_a_matrix_becomes_translation_rotation_and_scale():
    turned = [0, 2, 0, 0, -2, 0, 0, 0, 0, 0, 2, 0, 1, 2, 3, 1]
    file = {"asset": {"version": "2.0"}, "nodes": [{"matrix": turned}]}
    (node,) = document_from_bytes(json.dumps(file).encode()).nodes
    np.testing.assert_allclose(node.translation, (1, 2, 3))
    np.testing.assert_allclose(node.scale, (2, 2, 2))
    np.testing.assert_allclose(np.abs(node.rotation), (0, 0, 0.5**0.5, 0.5**0.5), atol=1e-12)


def test_an_empty_document_is_a_file():
    assert document_from_bytes(document_to_glb(Document(nodes=(Node("alone"),)))).nodes == (Node("alone"),)


def test_two_meshes_with_equal_positions_store_them_once():
    document = small_document()
    twice = replace(document, meshes=document.meshes * 2)
    assert len(document_to_glb(twice)) < 1.3 * len(document_to_glb(document))


def test_pygltflib_reads_what_is_written(tmp_path: Path):
    path = tmp_path / "small.glb"
    path.write_bytes(small_glb())
    file = pygltflib.GLTF2().load(str(path))
    assert [node.name for node in file.nodes] == ["root", "hips", "spine", "body"]
    assert file.meshes[0].extras == {"targetNames": ["smile"]}


@pytest.mark.node
def test_the_validator_finds_nothing_in_a_written_file(tmp_path: Path):
    path = tmp_path / "small.glb"
    path.write_bytes(small_glb())
    assert_khronos_clean(path)


@pytest.mark.shared_media
def test_every_rig_of_other_makers_survives_the_round_trip(shared_media: Path):
    files = [path for path in sorted(shared_media.glob("rigs/**/*")) if path.suffix in (".glb", ".gltf", ".vrm")]
    assert files
    for path in files:
        document = read_document(path)
        first = document_to_glb(document)
        again = document_from_bytes(first)
        assert document_to_glb(again) == first, path.name
        assert again.extensions == document.extensions, path.name
        assert [node.name for node in again.nodes] == [node.name for node in document.nodes]


def test_an_index_is_stored_as_narrow_as_it_fits():
    def component(count: int) -> int:
        document = Document(
            meshes=(
                Mesh("m", (Primitive({"POSITION": np.zeros((count, 3), np.float32)}, indices=np.arange(3, dtype=np.uint32)),)),
            )
        )
        return json.loads(split_container(document_to_glb(document))[0])["accessors"][1]["componentType"]

    assert component(65_534) == pygltflib.UNSIGNED_SHORT
    assert component(65_536) == pygltflib.UNSIGNED_INT
