"""`avatarkit inspect`: the same content for people and for programs; names inside a file cannot harm a terminal."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from avatarkit.cli import main
from avatarkit.export.files import save_avatar
from avatarkit.export.inspection import inspect_file
from tests.box_person import box_person


@pytest.fixture
def vrm(tmp_path: Path) -> Path:
    save_avatar(box_person(), tmp_path / "box.vrm")
    return tmp_path / "box.vrm"


def test_the_json_is_what_the_library_finds(vrm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(vrm), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(inspect_file(vrm).as_dict()))


def test_the_text_names_every_bone_with_its_human_bone(vrm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(vrm)]) == 0
    lines = {tuple(line.split()) for line in capsys.readouterr().out.splitlines()}
    assert {(name, human) for human, name in inspect_file(vrm).human_bones.items()} <= lines


def test_a_name_with_control_characters_reaches_the_terminal_harmless(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.dumps({"asset": {"version": "2.0", "generator": "\x1b]0;owned\x07"}, "nodes": [{"name": "a\rb"}]}).encode()
    content += b" " * (-len(content) % 4)
    chunk = struct.pack("<II", len(content), 0x4E4F534A) + content
    (tmp_path / "odd.glb").write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(chunk)) + chunk)
    assert main(["inspect", str(tmp_path / "odd.glb")]) == 0
    said = capsys.readouterr().out
    assert "owned" in said
    assert not {"\x1b", "\x07", "\r"} & set(said)
