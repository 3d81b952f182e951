"""The viewer's bundle is made from a clean folder, and its absence breaks nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from avatarkit import data_files
from avatarkit.errors import MissingError

hatch_build = pytest.importorskip("hatch_build", reason="not a checkout")

ROOT = Path(__file__).resolve().parents[2]


class App:
    """Stands for hatchling's, which prints warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The viewer's sources alone, as they are committed."""
    shutil.copytree(ROOT / "web", tmp_path / "web", ignore=shutil.ignore_patterns("dist", "node_modules"))
    return tmp_path


def built(checkout: Path, version: str) -> tuple[dict[str, Any], list[str]]:
    """What the hook takes into the wheel, and its warnings."""
    app, data = App(), {"force_include": {}}
    hook = hatch_build.ViewerBuildHook(str(checkout), {}, None, None, str(checkout), "wheel", app)
    hook.initialize(version, data)
    return data["force_include"], app.warnings


@pytest.mark.slow
@pytest.mark.node
def test_a_wheel_takes_the_bundle_that_a_clean_folder_gives(checkout: Path) -> None:
    included, warnings = built(checkout, "standard")
    assert warnings == []
    assert set(included.values()) == {f"avatarkit/_data/web/dist/{name}" for name in ("viewer.js", "LICENSES.txt")}
    assert "avatarkit-viewer" in (checkout / "web" / "dist" / "viewer.js").read_text()
    licences = (checkout / "web" / "dist" / "LICENSES.txt").read_text()
    assert "three 0." in licences
    assert "pixiv" in licences
    assert "https://" not in (checkout / "web" / "package-lock.json").read_text()  # versions and checksums, no addresses
    assert built(checkout, "editable") == ({}, [])  # a checkout finds it where it is


def test_without_npm_the_package_is_built_and_says_what_is_missing(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hatch_build, "node_and_npm", lambda: ("node", ["no-such-npm"]))
    included, warnings = built(checkout, "standard")
    assert included == {}
    assert "without its browser viewer" in warnings[0]
    monkeypatch.setattr(data_files, "data_root", lambda: checkout)
    with pytest.raises(MissingError, match="install avatarkit again"):
        data_files.viewer_path()


@pytest.mark.node
def test_a_failing_npm_is_told_in_its_own_words(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "npm error code ENOTFOUND\n")

    monkeypatch.setattr(subprocess, "run", failing)
    _, warnings = built(checkout, "standard")
    assert "ENOTFOUND" in warnings[0]
