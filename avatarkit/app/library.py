"""Avatars that their maker chose to keep: recipe, picture and date in one SQLite file in the user's data folder."""

from __future__ import annotations

import io
import re
import secrets
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from avatarkit.avatar.recipe import AvatarRecipe, check_name
from avatarkit.avatar.recipe_json import recipe_from_json, recipe_json
from avatarkit.errors import UsageError

_TABLE = """
CREATE TABLE IF NOT EXISTS avatars (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, made TEXT NOT NULL, recipe TEXT NOT NULL, picture BLOB NOT NULL
)"""

_ID_BYTES = 8
_WAIT_S = 5.0  # for another writer to finish


@dataclass(frozen=True)
class Entry:
    """One avatar of the library: what it is called, and when it was saved (ISO 8601, UTC)."""

    id: str
    name: str
    made: str


class Library:
    """The avatars in one file. The file is made with the first avatar; reading an absent one finds nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def save(self, recipe: AvatarRecipe, picture: bytes, replace_id: str | None = None) -> Entry:
        """Keep an avatar.

        Args:
            recipe: the avatar; its name is shown.
            picture: a PNG or WebP of it, may be empty.
            replace_id: an entry whose place it takes.

        Raises:
            UsageError: a place where nothing can be written.
        """
        made = datetime.now(UTC).isoformat(timespec="seconds")
        entry = Entry(replace_id or secrets.token_hex(_ID_BYTES), recipe.name, made)
        with self._opened(make=True) as database:
            row = (entry.id, entry.name, entry.made, recipe_json(recipe), picture)
            database.execute("INSERT OR REPLACE INTO avatars VALUES (?, ?, ?, ?, ?)", row)
        return entry

    def entries(self) -> list[Entry]:
        """All of them, newest first."""
        with self._opened() as database:
            rows = database.execute("SELECT id, name, made FROM avatars ORDER BY made DESC, rowid DESC").fetchall()
        return [Entry(*row) for row in rows]

    def recipe(self, entry_id: object) -> AvatarRecipe:
        """An avatar's recipe. Raises UsageError: there is none of that number."""
        return recipe_from_json(str(self._one("recipe", entry_id)))

    def picture(self, entry_id: object) -> bytes:
        """An avatar's picture. Raises UsageError: there is none of that number."""
        picture = self._one("picture", entry_id)
        return picture if isinstance(picture, bytes) else b""

    def rename(self, entry_id: object, name: object) -> None:
        """Call an avatar something else. Raises UsageError: no such avatar, or no name."""
        check_name(name)
        recipe = replace(self.recipe(entry_id), name=str(name))
        with self._opened() as database:
            database.execute("UPDATE avatars SET name = ?, recipe = ? WHERE id = ?", (name, recipe_json(recipe), entry_id))

    def delete(self, entry_id: object) -> None:
        """Remove an avatar for good: its place in the file is overwritten. Raises UsageError: there is none of that number."""
        self._one("name", entry_id)
        with self._opened() as database:
            database.execute("DELETE FROM avatars WHERE id = ?", (entry_id,))

    def zipped(self) -> bytes:
        """All recipes and pictures as a ZIP archive."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
            for entry in self.entries():
                stem = f"{_plain(entry.name)}-{entry.id[:4]}"
                files.writestr(f"{stem}.avatar.json", recipe_json(self.recipe(entry.id)))
                if picture := self.picture(entry.id):
                    files.writestr(f"{stem}.png", picture)
        return archive.getvalue()

    def _one(self, column: str, entry_id: object) -> object:
        with self._opened() as database:
            row = database.execute(f"SELECT {column} FROM avatars WHERE id = ?", (str(entry_id),)).fetchone()  # column is ours
        if row is None:
            raise UsageError("The library has no such avatar; it may have been deleted in another window.")
        return row[0]

    @contextmanager
    def _opened(self, make: bool = False) -> Iterator[sqlite3.Connection]:
        """The file for one transaction; without one, an empty library in memory."""
        try:
            if make:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self.path if make or self.path.is_file() else ":memory:", timeout=_WAIT_S)
            try:
                database.execute("PRAGMA secure_delete = ON")
                database.execute(_TABLE)
                with database:
                    yield database
            finally:
                database.close()
        except (sqlite3.Error, OSError) as error:
            raise UsageError(f"The library {self.path} cannot be used: {error}.") from error


def _plain(name: str) -> str:
    """A name as part of a file's name on every system."""
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:40] or "avatar"
