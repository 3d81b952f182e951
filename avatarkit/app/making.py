"""From a visitor's photo and wishes to the avatar on the page and the file for a platform."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from avatarkit.app.edits import edited
from avatarkit.app.visits import Visit
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.describe import describe
from avatarkit.avatar.make_recipe import make_recipe
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.recipe_json import load_recipe, recipe_json
from avatarkit.avatar.recipe_tables import recipe_tables
from avatarkit.avatar.style import default_recipe
from avatarkit.errors import UsageError, unknown_name
from avatarkit.export.files import save_avatar
from avatarkit.export.molding import FACE_GROUPS, slider_names
from avatarkit.export.molding_file import molding_sliders, molding_vrm
from avatarkit.export.platform_check import check_made
from avatarkit.export.platforms import load_platform
from avatarkit.face_fit.fit import fit_face
from avatarkit.media.read_photo import read_photo
from avatarkit.tracking.track_face import track_face
from avatarkit.whole_files import write_whole

WELCOME_STYLE = "ada"
"""Who stands on the page before there is a photo."""

MOLDED_GROUPS = (*FACE_GROUPS, "body")
"""Groups of sliders that move the model at once."""

_PLAIN_FORMATS = ("vrm", "glb", "recipe")


def photo_to_recipe(photo: Path, style: str, face: int | None = None) -> tuple[AvatarRecipe, dict[str, Any]]:
    """A photographed person's recipe, and what was seen.

    Raises:
        InputError: no photo, or no face in it.
        UsageError: no such style or face.
    """
    fit = fit_face(track_face(read_photo(photo), face))
    return make_recipe(fit, style), fit.report()


def take_photo(visit: Visit, style: str) -> dict[str, Any]:
    """Make the visitor's avatar of the photo in the visit's folder, and remove the photo."""
    photo = visit.upload("photo")
    if not photo.is_file():
        raise UsageError("The photo did not arrive. Choose it again.")
    try:
        recipe, report = photo_to_recipe(photo, style)
    finally:
        photo.unlink(missing_ok=True)
    visit.report, visit.saved_id = report, None
    visit.become(recipe)
    return shown(visit)


def take_recipe(visit: Visit) -> dict[str, Any]:
    """Make the avatar of the recipe in the visit's folder the visitor's own: one of an earlier visit, or from a file."""
    sent = visit.upload("recipe")
    if not sent.is_file():
        raise UsageError("The recipe did not arrive. Choose it again.")
    try:
        visit.become(load_recipe(sent))
    finally:
        sent.unlink(missing_ok=True)
    visit.report, visit.saved_id = None, None
    return shown(visit)


def own_recipe(visit: Visit) -> str | None:
    """The visitor's avatar as JSON; None while it is nobody's but the page's welcome."""
    recipe = visit.recipe
    return None if recipe is None or recipe == default_recipe(WELCOME_STYLE) else recipe_json(recipe)


def edit(visit: Visit, changes: object) -> dict[str, Any]:
    """Change the visitor's avatar."""
    visit.become(edited(current(visit), changes))
    return shown(visit)


def note_sliders(visit: Visit, values: object) -> dict[str, Any]:
    """Remember sliders that the page shows already."""
    visit.become(edited(current(visit), {"sliders": values}))
    return {"can_undo": bool(visit.earlier)}


def take_description(visit: Visit, text: object) -> dict[str, Any]:
    """Change the visitor's avatar as a text says."""
    understood = describe(str(text or ""), current(visit))
    visit.become(understood.recipe)
    return {**shown(visit), "understood": dict(understood.understood), "unknown": list(understood.unknown)}


def undo(visit: Visit) -> dict[str, Any]:
    """Back to the avatar before the last change."""
    if not visit.earlier:
        raise UsageError("There is nothing to take back.")
    visit.recipe = visit.earlier.pop()
    return shown(visit)


def current(visit: Visit) -> AvatarRecipe:
    """The visitor's avatar; before there is one, whoever welcomes him."""
    if visit.recipe is None:
        visit.recipe = default_recipe(WELCOME_STYLE)
    return visit.recipe


def shown(visit: Visit) -> dict[str, Any]:
    """The avatar as the page needs it: the address of a file to show, and the recipe's values."""
    recipe = current(visit)
    path = visit.next_file("avatar", ".vrm")
    write_whole(path, welcome_preview() if recipe == default_recipe(WELCOME_STYLE) else preview(recipe))
    if visit.shown is None or (visit.shown.sliders, visit.shown.style) != (recipe.sliders, recipe.style):
        visit.molding = {}
    visit.shown = recipe
    return {
        "url": f"/visit/{visit.token}/{path.name}",
        "recipe": recipe_values(recipe),
        "report": visit.report,
        "can_undo": bool(visit.earlier),
        "saved_id": visit.saved_id,
    }


@cache
def welcome_preview() -> bytes:
    """The preview that every visitor sees first."""
    return preview(default_recipe(WELCOME_STYLE))


def preview(recipe: AvatarRecipe) -> bytes:
    """A small VRM for the page, which molds it by itself once it knows what the sliders do."""
    return molding_vrm(recipe, ())


def molding(visit: Visit, group: str) -> bytes:
    """What a group's sliders do to the avatar on the page. All groups together take seconds; the page asks for what it opens.

    Raises:
        UsageError: no such group.
    """
    if group not in MOLDED_GROUPS:
        raise unknown_name("group of sliders", group[:40], MOLDED_GROUPS)
    known, recipe = visit.molding, visit.shown or current(visit)
    if group not in known:
        known[group] = molding_sliders(recipe, slider_names((group,)))
    return known[group]


def recipe_values(recipe: AvatarRecipe) -> dict[str, Any]:
    """What the page's controls show; the photo of the skin stays here."""
    tables = recipe_tables(recipe)
    skin = {**tables["skin"], "photo": recipe.skin.photo is not None}
    return {**tables, "skin": skin, "name": recipe.name, "style": recipe.style}


def save_for(recipe: AvatarRecipe, folder: Path, target: str) -> tuple[Path, dict[str, Any] | None]:
    """Write the avatar for a platform, or as plain "vrm", "glb" or "recipe".

    Returns:
        the file, and the platform's verdict, None for a plain file.

    Raises:
        UsageError: no such platform.
    """
    stem = "".join(letter if letter.isalnum() else "-" for letter in recipe.name).strip("-").lower() or "avatar"
    if target == "recipe":
        path = folder / f"{stem}.avatar.json"
        recipe.save(path)
        return path, None
    if target in _PLAIN_FORMATS:
        path = folder / f"{stem}.{target}"
        save_avatar(build_avatar(recipe), path)
        return path, None
    path = folder / f"{stem}-{target}{load_platform(target).suffix}"
    save_avatar(build_avatar(recipe), path, target)
    return path, check_made(path, target).as_dict()


def download(visit: Visit, target: object) -> dict[str, Any]:
    """The file for a platform, ready to be fetched, with its verdict."""
    path, verdict = save_for(current(visit), visit.folder, str(target))
    return {
        "url": f"/visit/{visit.token}/{path.name}",
        "name": path.name,
        "bytes": path.stat().st_size,
        "verdict": verdict,
        "target": str(target),
    }
