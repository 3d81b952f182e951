"""What is saved comes back the same; what is deleted is gone from the file itself."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from avatarkit.app.library import Library
from avatarkit.app.shelf import save
from avatarkit.app.visits import Visit
from avatarkit.avatar.recipe_json import recipe_from_json
from avatarkit.avatar.style import default_recipe
from avatarkit.errors import UsageError

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "deep" / "library.sqlite")


def test_an_avatar_comes_back_as_it_was_saved(library: Library) -> None:
    recipe = default_recipe("anime", name="Mine")
    entry = library.save(recipe, PICTURE)
    assert library.recipe(entry.id) == recipe
    assert library.picture(entry.id) == PICTURE
    assert library.entries() == [entry]


def test_looking_writes_nothing(library: Library) -> None:
    assert library.entries() == []
    assert not library.path.parent.exists()


def test_saving_again_takes_the_same_place(library: Library) -> None:
    entry = library.save(default_recipe(name="One"), PICTURE)
    again = library.save(default_recipe("anime", name="Two"), b"", entry.id)
    assert [(e.id, e.name) for e in library.entries()] == [(entry.id, "Two")]
    assert again.id == entry.id


def test_under_another_name_the_page_saves_another_avatar(library: Library, tmp_path: Path) -> None:
    visit = Visit("token", tmp_path, recipe=default_recipe())
    for name in ("One", "Two", "Two"):
        save(library, visit, name)
    assert sorted(entry.name for entry in library.entries()) == ["One", "Two"]


def test_a_new_name_is_in_the_list_and_in_the_recipe(library: Library) -> None:
    entry = library.save(default_recipe(name="One"), PICTURE)
    library.rename(entry.id, "Zwei 二")
    assert library.entries()[0].name == library.recipe(entry.id).name == "Zwei 二"
    with pytest.raises(UsageError, match="name"):
        library.rename(entry.id, "")


def test_what_is_deleted_is_nowhere_in_the_file(library: Library) -> None:
    kept = library.save(default_recipe(name="Kept"), PICTURE)
    gone = library.save(default_recipe(name="Quite-secret-name"), b"secret-picture" * 500)
    assert b"secret-picture" in library.path.read_bytes()
    library.delete(gone.id)
    content = library.path.read_bytes()
    assert b"secret-picture" not in content and b"Quite-secret-name" not in content
    assert [entry.id for entry in library.entries()] == [kept.id]
    for look in (library.recipe, library.picture, library.delete):
        with pytest.raises(UsageError, match="no such avatar"):
            look(gone.id)


def test_the_archive_holds_every_recipe_and_picture(library: Library) -> None:
    recipes = [default_recipe(name="Same name / .."), default_recipe("anime", name="Same name / ..")]
    for recipe in recipes:
        library.save(recipe, PICTURE)
    with zipfile.ZipFile(io.BytesIO(library.zipped())) as archive:
        names = archive.namelist()
        found = [recipe_from_json(archive.read(name).decode()) for name in names if name.endswith(".json")]
        assert sum(archive.read(name) == PICTURE for name in names) == 2
    assert sorted(recipe.style for recipe in found) == ["anime", "human"]
    assert not any("/" in name or ".." in name.split(".avatar")[0] for name in names)


def test_a_file_that_is_no_library_is_named(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    path.write_bytes(b"something else entirely" * 100)
    with pytest.raises(UsageError, match=r"library\.sqlite"):
        Library(path).entries()
