"""What will be written is looked at before the long work, and is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import avatarkit
from avatarkit import whole_files
from avatarkit.cli import main
from avatarkit.errors import UsageError
from avatarkit.whole_files import check_target, discard_unfinished, write_whole


@pytest.fixture
def work_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where the long work would begin."""

    def begin(*_: object, **__: object) -> None:
        raise AssertionError("the long work has begun")

    for name in ("read_photo", "load_recipe", "render_file"):
        monkeypatch.setitem(vars(avatarkit), name, begin)


@pytest.mark.usefixtures("work_forbidden")
@pytest.mark.parametrize(
    "arguments",
    [
        "create me.jpg -o me.fbx",
        "create me.jpg -o me",
        "create me.jpg -o there-is-none/me.vrm",
        "create me.jpg -o folder.vrm",
        "create me.jpg -o me.vrm --report there-is-none/r.json",
        "create me.jpg -o me.vrm --recipe folder.vrm",
        "create me.jpg -o me.vrm --recipe me.vrm",
        "create me.jpg -o me.vrm --report me.jpg",
        "create me.jpg -o me.vrm --report linked.jpg",
        "create me.jpg -o me.vrm --set nose-width",
        "create me.jpg -o me.vrm --set nose-width=wide",
        "create me.jpg -o me.vrm --set nose-width=nan",
        "create me.jpg -o me.vrm --set nose-width=1.5",
        "create me.jpg -o me.vrm --set noze-width=1",
        "build me.avatar.json -o me.obj",
        "build me.avatar.json -o there-is-none/me.glb",
        "render me.vrm -o me.gif",
        "render me.vrm -o me.png --size 0x",
        "render me.vrm -o there-is-none/me.png",
    ],
)
def test_an_unusable_output_or_setting_is_refused_before_the_work(
    arguments: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "me.jpg").write_bytes(b"a photo")
    (tmp_path / "linked.jpg").symlink_to("me.jpg")
    (tmp_path / "folder.vrm").mkdir()
    assert main(arguments.split()) == 2
    assert capsys.readouterr().err.startswith("Error: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.vrm", "linked.jpg", "me.jpg"]


def test_writing_replaces_the_file_a_link_points_to(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "me.vrm").write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left"):
        write_whole(tmp_path / "me.vrm", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("me.vrm", b"old")]


def test_half_written_files_are_removed_when_the_process_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(self: Path, _target: Path) -> None:
        assert self.is_file()
        discard_unfinished()
        assert not self.exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", ended)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "me.vrm", b"new")
    assert not list(tmp_path.iterdir())
    assert not whole_files._unfinished


@pytest.mark.parametrize("name", ["x" * 300, "zero\0byte", "loop"])
def test_a_name_no_file_can_have_is_one_clear_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UsageError, match="Cannot write"):
        check_target(tmp_path / name)


def test_a_write_protected_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # the superuser, who runs tests in containers, may write anywhere
    with pytest.raises(UsageError, match="write-protected"):
        check_target(tmp_path / "me.vrm")
