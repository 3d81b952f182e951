"""What is compiled is kept for the very sources it was made of, within the package or the user's cache, and does without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from avatarkit.geometry import compiled
from avatarkit.geometry.compiled import NUMBER, compilable, floats


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of two sources, one of which has something to compile."""
    folder = tmp_path / "package"
    (folder / "geometry").mkdir(parents=True)
    (folder / "geometry" / "compiled.py").touch()
    (folder / "motion.py").write_text("from package.geometry.compiled import compiled")
    (folder / "photo.py").write_text("nothing")
    monkeypatch.setattr(compiled, "__file__", str(folder / "geometry" / "compiled.py"))
    return folder


kept = compiled._kept.__wrapped__


def test_another_source_has_another_folder_and_the_one_before_is_gone(package: Path) -> None:
    before = Path(kept())
    assert before.is_dir() and package in before.parents
    (package / "motion.py").write_text("from package.geometry.compiled import compiled, compilable")
    assert Path(kept()).is_dir() and Path(kept()) != before
    assert not before.exists()


def test_sources_with_nothing_to_compile_change_nothing(package: Path) -> None:
    before = kept()
    (package / "photo.py").write_text("something")
    assert kept() == before


def test_what_has_been_compiled_before_is_known_by_its_package(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_kept", kept)
    (Path(kept()) / "joints_0123").mkdir()
    assert compiled.is_first_time("body") and not compiled.is_first_time("joints")


def test_two_processes_begin_at_either_end(monkeypatch: pytest.MonkeyPatch) -> None:
    compiling: list[str] = []
    functions = [(print, lambda name=name: compiling.append(name)) for name in ("first", "second")]
    monkeypatch.setattr(compiled, "_compiled", functions)
    compiled.compile_all()
    compiled.compile_all(backwards=True)
    assert compiling == ["first", "second", "second", "first"]


@pytest.fixture
def users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compiled.platformdirs, "user_cache_path", lambda _: tmp_path / "cache")
    return tmp_path / "cache"


def test_for_a_package_that_must_not_be_changed_it_is_kept_in_the_users_cache(package: Path, users_cache: Path) -> None:
    (package / "geometry" / "__pycache__").write_text("no folder")
    another = users_cache / "compiled-of-another-package"
    another.mkdir(parents=True)
    assert Path(kept()).is_dir() and users_cache in Path(kept()).parents
    assert another.is_dir()


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(
    package: Path, users_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (package / "geometry" / "__pycache__").write_text("no folder")
    users_cache.write_text("no folder either")
    assert kept() == ""
    monkeypatch.setattr(compiled, "_kept", kept)
    function = compiled.compiled(floats(1), NUMBER)(_sum_of_doubles)
    assert function(np.array([1.0, 2.0]), 0.5) == 6.5
    assert compiled.compiled_functions().pop() is function
    compiled._compiled.pop()


@compilable
def _double(value: float) -> float:
    return 2.0 * value


def _sum_of_doubles(values: np.ndarray, more: float) -> float:
    total = more
    for value in values:
        total += _double(value)
    return total
