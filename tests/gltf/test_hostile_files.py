"""Damaged and malicious files: one clear InputError, never anything else."""

from __future__ import annotations

import base64
import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avatarkit.errors import InputError
from avatarkit.gltf import container
from avatarkit.gltf.reading import document_from_bytes, read_document
from avatarkit.gltf.vrm import read_vrm
from avatarkit.gltf.writing import document_to_glb
from tests.gltf.small_file import glb_of, raw_glb, small_glb, small_json

EMPTY = {"asset": {"version": "2.0"}}


def _change(*path: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(file: dict[str, Any]) -> None:
        place: Any = file
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


def _accessor_of(file: dict[str, Any], name: str) -> dict[str, Any]:
    return file["accessors"][file["meshes"][0]["primitives"][0]["attributes"][name]]


CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "a node above its own parent": _change("nodes", 2, "children", to=[1]),
    "a node that is its own child": _change("nodes", 2, "children", to=[2]),
    "two parents": _change("nodes", 0, "children", to=[1, 2]),
    "a child that does not exist": _change("nodes", 2, "children", to=[99]),
    "a negative child": _change("nodes", 2, "children", to=[-1]),
    "a mesh that does not exist": _change("nodes", 3, "mesh", to=7),
    "a skin that is text": _change("nodes", 3, "skin", to="skin"),
    "a joint that does not exist": _change("skins", 0, "joints", to=[1, 44]),
    "fewer matrices than joints": _change("skins", 0, "joints", to=[0, 1, 2]),
    "a joint index past the skin": _change("skins", 0, "joints", to=[1]),
    "an accessor that does not exist": _change("meshes", 0, "primitives", 0, "attributes", "POSITION", to=999),
    "an absurd count": lambda file: _accessor_of(file, "POSITION").update(count=2**31),
    "a huge count without data": lambda file: file["accessors"].append({"componentType": 5126, "type": "MAT4", "count": 2**26}),
    "a negative count": lambda file: _accessor_of(file, "POSITION").update(count=-3),
    "a fractional count": lambda file: _accessor_of(file, "POSITION").update(count=2.5),
    "one vertex more than data": lambda file: _accessor_of(file, "POSITION").update(count=31),
    "an offset past the view": lambda file: _accessor_of(file, "POSITION").update(byteOffset=10**9),
    "a negative offset": lambda file: _accessor_of(file, "POSITION").update(byteOffset=-12),
    "an unknown component type": lambda file: _accessor_of(file, "POSITION").update(componentType=1),
    "an unknown type": lambda file: _accessor_of(file, "POSITION").update(type="VEC9"),
    "positions with two numbers": lambda file: _accessor_of(file, "POSITION").update(type="VEC2"),
    "a view past the buffer": _change("bufferViews", 0, "byteLength", to=10**8),
    "a view of an unknown buffer": _change("bufferViews", 0, "buffer", to=3),
    "a stride of a million": _change("bufferViews", 0, "byteStride", to=10**6),
    "a stride of nothing": _change("bufferViews", 0, "byteStride", to=0),
    "a buffer longer than its data": _change("buffers", 0, "byteLength", to=10**8),
    "no asset": lambda file: file.pop("asset"),
    "glTF 1": _change("asset", "version", to="1.0"),
    "a list that is an object": _change("nodes", to={}),
    "an object that is a list": _change("asset", to=[]),
    "nodes that are numbers": _change("nodes", to=[1, 2]),
    "a hundred thousand nodes and more": _change("nodes", to=[{}] * 100_001),
    "a rotation of zero": _change("nodes", 1, "rotation", to=[0, 0, 0, 0]),
    "a rotation with three numbers": _change("nodes", 1, "rotation", to=[0, 0, 1]),
    "a translation past float32": _change("nodes", 1, "translation", to=[1e200, 0, 0]),
    "an integer past everything": _change("nodes", 1, "translation", to=[10**400, 0, 0]),
    "a matrix of zeros": _change("nodes", 1, "matrix", to=[0] * 16),
    "compression that is required": _change("extensionsRequired", to=["KHR_draco_mesh_compression"]),
    "a texture that does not exist": _change("materials", 0, "normalTexture", to={"index": 9}),
    "an image without a source": _change("images", 0, to={"mimeType": "image/png"}),
    "an animation of an unknown sampler": _change("animations", 0, "channels", 0, "sampler", to=8),
    "a scene of an unknown node": _change("scenes", 0, "nodes", to=[4]),
    "thousands of primitives over one array": lambda file: (
        file["accessors"].append({"componentType": 5126, "type": "VEC3", "count": 2**20}),
        file.update(meshes=[{"primitives": [{"attributes": {"POSITION": len(file["accessors"]) - 1}}] * 1000}]),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_broken_rule_is_one_clear_line(name: str):
    file, binary = small_json()
    CHANGES[name](file)
    with pytest.raises(InputError) as caught:
        document_from_bytes(glb_of(file, binary))
    assert 10 < len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


CONTAINERS = {
    "nothing": b"",
    "one byte": b"g",
    "a head only": b"glTF",
    "half a head": small_glb()[:9],
    "another format": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "an HTML page": b"<!doctype html>",
    "version 1": raw_glb((b"JSON", json.dumps(EMPTY).encode()), version=1),
    "a length past the end": raw_glb((b"JSON", json.dumps(EMPTY).encode()), length=10**6),
    "a length of zero": raw_glb((b"JSON", json.dumps(EMPTY).encode()), length=0),
    "binary first": raw_glb((b"BIN\0", b"1234"), (b"JSON", json.dumps(EMPTY).encode())),
    "no JSON": glb_of(b"not json at all"),
    "JSON that is a list": glb_of(b"[]"),
    "a hundred thousand brackets": glb_of(b'{"nodes":' + b"[" * 100_000),
    "NaN": glb_of(b'{"asset":{"version":"2.0"},"nodes":[{"translation":[NaN,0,0]}]}'),
    "infinity": glb_of(b'{"asset":{"version":"2.0"},"nodes":[{"translation":[1e999,0,0]}]}'),
    "an integer of ten thousand digits": glb_of(b'{"asset":{"version":"2.0"},"scene":' + b"9" * 10_000 + b"}"),
    "bytes that are no text": glb_of(b'{"asset":"\xff\xfe"}'),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_broken_shell_is_one_clear_line(name: str):
    with pytest.raises(InputError) as caught:
        document_from_bytes(CONTAINERS[name])
    assert len(str(caught.value)) < 200


def test_a_ring_of_nodes_is_named():
    file, binary = small_json()
    file["nodes"][2]["children"] = [0]
    with pytest.raises(InputError, match="ring"):
        document_from_bytes(glb_of(file, binary))


def test_a_chunk_longer_than_the_file_is_named():
    data = bytearray(small_glb())
    data[12:16] = (2**31).to_bytes(4, "little")
    with pytest.raises(InputError, match="chunk is longer"):
        document_from_bytes(bytes(data))


@pytest.mark.parametrize("rows", [(4, 1), (1, 1), (1, 30)], ids=["falling", "repeated", "past the end"])
def test_sparse_rows_rise_and_stay_inside(rows: tuple[int, int]):
    file, binary = small_json()
    position = file["meshes"][0]["primitives"][0]["targets"][0]["POSITION"]
    start = file["bufferViews"][file["accessors"][position]["sparse"]["indices"]["bufferView"]]["byteOffset"]
    spoiled = binary[:start] + np.array(rows, "<u2").tobytes() + binary[start + 4 :]
    with pytest.raises(InputError, match="rising"):
        document_from_bytes(glb_of(file, spoiled))


def test_half_a_letter_in_a_name_becomes_one_that_can_be_printed():
    file, binary = small_json()
    file["nodes"][1]["name"] = "hips\ud800"
    assert document_from_bytes(glb_of(file, binary)).nodes[1].name.encode() == b"hips?"


def test_nan_inside_an_array_is_refused():
    file, binary = small_json()
    view = file["bufferViews"][_accessor_of(file, "POSITION")["bufferView"]]
    start = view.get("byteOffset", 0)
    spoiled = binary[:start] + np.float32(np.nan).tobytes() + binary[start + 4 :]
    with pytest.raises(InputError, match="NaN"):
        document_from_bytes(glb_of(file, spoiled))


def test_an_index_past_the_last_vertex_is_refused():
    file, binary = small_json()
    accessor = file["accessors"][file["meshes"][0]["primitives"][0]["indices"]]
    start = file["bufferViews"][accessor["bufferView"]]["byteOffset"]
    spoiled = binary[:start] + b"\xf0\xff" + binary[start + 2 :]
    with pytest.raises(InputError, match="65520"):
        document_from_bytes(glb_of(file, spoiled))


def test_a_file_cut_off_anywhere_is_refused():
    data = small_glb()
    for length in [*range(0, 200), *range(200, len(data) - 1, 61)]:
        with pytest.raises(InputError):
            document_from_bytes(data[:length])


def test_flipped_bytes_are_read_or_refused_but_never_crash():
    data, random = small_glb(), np.random.default_rng(1)
    refused = 0
    for _ in range(1500):
        spoiled = bytearray(data)
        for place in random.integers(0, len(data), random.integers(1, 6)):
            spoiled[place] = random.integers(0, 256)
        refused += _refused(bytes(spoiled))
    assert 300 < refused < 1500


HOSTILE_VALUES = (-1, 0, 3, 2**31, 2**60, 1e38, 2.5, True, None, "x", "", "\ud800", [], [0], [[]], {}, {"a": 1})


def test_any_value_in_the_json_may_be_wrong_without_a_crash():
    file, binary = small_json()
    file["extensions"] = {
        "VRMC_vrm": {
            "meta": {"name": "a", "authors": ["b"]},
            "humanoid": {"humanBones": {"hips": {"node": 1}}},
            "expressions": {"preset": {"happy": {}}, "custom": {"wink": {}}},
        }
    }
    paths = list(_paths(file))
    random, refused = np.random.default_rng(2), 0
    for path in paths:
        for value in random.choice(np.array(HOSTILE_VALUES, object), 3, replace=False):
            spoiled = copy.deepcopy(file)
            _change(*path, to=value)(spoiled)
            refused += _refused(glb_of(spoiled, binary))
    assert refused > len(paths)


def _paths(place: Any, before: tuple[str | int, ...] = ()) -> Any:
    steps = place.items() if isinstance(place, dict) else enumerate(place) if isinstance(place, list) else ()
    for step, inner in steps:
        yield (*before, step)
        yield from _paths(inner, (*before, step))


def _refused(data: bytes) -> bool:
    try:
        document = document_from_bytes(data)
        read_vrm(document)
    except InputError:
        return True
    document_to_glb(document)  # what was let in can be written
    return False


# --- what a file may name ---------------------------------------------------------------------------------------------------


def _write_gltf(folder: Path, uri: str) -> Path:
    path = folder / "model.gltf"
    file = {**EMPTY, "buffers": [{"byteLength": 4, "uri": uri}]}
    path.write_text(json.dumps(file))
    return path


OUTSIDE = (
    "../secret.bin", "sub/../../secret.bin", "%2e%2e/secret.bin", "..%2Fsecret.bin", "/etc/hostname", "//host/share.bin",
    "file:///etc/hostname", "http://127.0.0.1/secret.bin", "HTTPS://127.0.0.1/x", "ftp:x", "\\\\host\\share", "C:\\secret.bin",
    "a\0b", "link.bin", "linked_folder/secret.bin", "", ".", "missing.bin", "x" * 5000, "data:;base64,!!", "data:,abcd",
)  # fmt: skip


@pytest.mark.parametrize("uri", OUTSIDE, ids=lambda uri: uri[:24] or "empty")
def test_nothing_outside_the_folder_is_followed(uri: str, tmp_path: Path):
    inside = tmp_path / "inside"
    (inside / "sub").mkdir(parents=True)
    (tmp_path / "secret.bin").write_bytes(b"1234")
    (inside / "link.bin").symlink_to(tmp_path / "secret.bin")
    (inside / "linked_folder").symlink_to(tmp_path)
    with pytest.raises(InputError) as caught:
        read_document(_write_gltf(inside, uri))
    assert str(caught.value).startswith("model.gltf: ")


@pytest.mark.parametrize(
    "uri", ["data.bin", "sub/more.bin", "./data.bin", "a%20b.bin", "data:application/octet-stream;base64,MTIzNA=="]
)
def test_files_in_the_folder_and_data_uris_are_read(uri: str, tmp_path: Path):
    (tmp_path / "sub").mkdir()
    for name in ("data.bin", "sub/more.bin", "a b.bin"):
        (tmp_path / name).write_bytes(b"1234")
    read_document(_write_gltf(tmp_path, uri))


def test_bytes_without_a_folder_name_no_files(tmp_path: Path):
    path = _write_gltf(tmp_path, "data.bin")
    (tmp_path / "data.bin").write_bytes(b"1234")
    with pytest.raises(InputError, match="refused"):
        document_from_bytes(path.read_bytes())


@pytest.mark.parametrize("name", ["missing.glb", "folder", "pipe"])
def test_what_is_not_a_file_is_refused(name: str, tmp_path: Path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError):
        read_document(tmp_path / name)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(container, "MAX_FILE_BYTES", 100)
    (tmp_path / "big.glb").write_bytes(small_glb())
    with pytest.raises(InputError, match="MB"):
        read_document(tmp_path / "big.glb")


def test_one_buffer_named_a_thousand_times_does_not_fill_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("avatarkit.gltf.reading.MAX_DECODED_BYTES", 1000)
    uri = "data:;base64," + base64.b64encode(bytes(300)).decode()
    file = {**EMPTY, "buffers": [{"byteLength": 300, "uri": uri}] * 4}
    with pytest.raises(InputError, match="memory"):
        document_from_bytes(json.dumps(file).encode())
