"""What a visitor does with the library: look, save, open, rename, delete."""

from __future__ import annotations

from typing import Any

from avatarkit.app.edits import edited
from avatarkit.app.library import Library
from avatarkit.app.making import current, shown
from avatarkit.app.visits import Visit
from avatarkit.errors import InputError

_PNG = b"\x89PNG\r\n\x1a\n"


def listed(library: Library) -> dict[str, Any]:
    """All entries as the page needs them."""
    return {"entries": [vars(entry) for entry in library.entries()]}


def save(library: Library, visit: Visit, name: object) -> dict[str, Any]:
    """Keep the visitor's avatar under a name, with the picture the page sent; under its own name a saved one is saved anew."""
    visit.become(edited(current(visit), {"name": name}))
    recipe, names = current(visit), {entry.id: entry.name for entry in library.entries()}
    own = visit.saved_id if names.get(visit.saved_id or "") == recipe.name else None
    entry = library.save(recipe, _picture(visit), own)
    visit.saved_id = entry.id
    return {**listed(library), "saved": entry.id}


def opened(library: Library, visit: Visit, entry_id: object) -> dict[str, Any]:
    """Make a saved avatar the visitor's own."""
    visit.become(library.recipe(entry_id))
    visit.saved_id, visit.report = str(entry_id), None
    return shown(visit)


def renamed(library: Library, entry_id: object, name: object) -> dict[str, Any]:
    """Call an entry something else."""
    library.rename(entry_id, name)
    return listed(library)


def deleted(library: Library, visit: Visit, entry_id: object) -> dict[str, Any]:
    """Delete an entry for good."""
    library.delete(entry_id)
    if visit.saved_id == entry_id:
        visit.saved_id = None
    return listed(library)


def _picture(visit: Visit) -> bytes:
    path = visit.upload("picture")
    if not path.is_file():
        return b""
    content = path.read_bytes()
    path.unlink(missing_ok=True)
    if not content.startswith(_PNG):
        raise InputError("The avatar's picture must be a PNG.")
    return content
