from __future__ import annotations

import os
from pathlib import Path

import pytest

from avatarkit.errors import UsageError
from avatarkit.whole_files import write_whole


def test_the_content_is_there_and_nothing_else(tmp_path: Path):
    write_whole(tmp_path / "out.bin", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"out.bin": b"new"}


def test_an_existing_file_stays_whole_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target = tmp_path / "out.bin"
    target.write_bytes(b"old")

    def full_disk(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(UsageError, match="No space left"):
        write_whole(target, b"new content")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"out.bin": b"old"}


def test_an_interruption_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupt(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "out.bin", b"new")
    assert not list(tmp_path.iterdir())


def test_places_where_nothing_can_be_written_are_named(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    for target in (tmp_path, tmp_path / "no" / "such" / "folder.bin", tmp_path / "pipe"):
        with pytest.raises(UsageError, match="Cannot write"):
            write_whole(target, b"x")
