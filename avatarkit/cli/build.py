"""`avatarkit build`: an avatar from an edited recipe, without the photo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import avatarkit as ak
from avatarkit.cli.steps import shown_steps
from avatarkit.cli.targets import check_suffix, check_targets
from avatarkit.cli.thumbnails import thumbnails

AVATAR_SUFFIXES = (".vrm", ".glb")


def build(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="What `create --recipe` has written.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="A .vrm or a .glb.")],
) -> None:
    """Make the avatar of a recipe, for which no photo is needed."""
    check_suffix(output, AVATAR_SUFFIXES)
    check_targets([output], sources=[recipe])
    with shown_steps() as steps:
        with steps.step("load_recipe", "Reading the recipe"):
            read = ak.load_recipe(recipe)
        with thumbnails(output, steps) as with_thumbnail:
            with steps.step("build_avatar", "Building the avatar"):
                avatar = ak.build_avatar(read)
            avatar = with_thumbnail(avatar)
        with steps.step("save_avatar", "Writing the file"):
            avatar.save(output)
