"""`avatarkit build`: an avatar from an edited recipe, without the photo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import avatarkit as ak
from avatarkit.cli.licence import LicenceOption, check_licence, licensed
from avatarkit.cli.steps import Steps, shown_steps
from avatarkit.cli.targets import check_suffix, check_targets
from avatarkit.cli.thumbnails import thumbnails

AVATAR_SUFFIXES = (".vrm", ".glb", ".usdz")


def build(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="What `create --recipe` has written.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="A .vrm, .glb or .usdz.")],
    platform: Annotated[str | None, typer.Option(metavar="NAME", help="`avatarkit platforms` lists them.")] = None,
    licence: LicenceOption = None,
) -> None:
    """Make the avatar of a recipe, for which no photo is needed."""
    check_kind(output, platform)
    check_targets([output], sources=[recipe])
    check_licence(licence)
    with shown_steps() as steps:
        steps.note_first_time("body")
        with steps.step("load_recipe", "Reading the recipe"):
            read = ak.load_recipe(recipe)
        with thumbnails(output, steps) as with_thumbnail:
            with steps.step("build_avatar", "Building the avatar"):
                avatar = licensed(ak.build_avatar(read), licence)
            avatar = with_thumbnail(avatar)
        with steps.step("save_avatar", "Writing the file"):
            avatar.save(output, platform)
        note_broken_limits(output, platform, steps)


def check_kind(output: Path, platform: str | None) -> None:
    """Raise UsageError unless an avatar is written under such a name, and for that platform; MissingError without usd-core."""
    from avatarkit.export.platforms import is_usd

    check_suffix(output, AVATAR_SUFFIXES)
    if is_usd(output):
        from avatarkit.export import usdz

        usdz.check_usd()
    if platform is not None:
        from avatarkit.export import files

        files.check_suffix(output, platform)


def note_broken_limits(output: Path, platform: str | None, steps: Steps) -> None:
    """Say which of the platform's limits the written file breaks."""
    if platform is None:
        return
    from avatarkit.export.platform_check import check_made

    for finding in check_made(output, platform).findings:
        if finding.passes is False:
            why = f": {finding.why}" if finding.why else ""
            steps.note(f"Note: {platform} allows {finding.allowed} {finding.what}; this has {finding.measured}{why}.")
