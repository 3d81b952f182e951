"""`avatarkit create`: a photo becomes an avatar."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import avatarkit as ak
from avatarkit.cli.build import check_kind, note_broken_limits
from avatarkit.cli.licence import LicenceOption, check_licence, licensed
from avatarkit.cli.steps import Steps, shown_steps
from avatarkit.cli.targets import check_targets
from avatarkit.cli.thumbnails import thumbnails
from avatarkit.cli.wishes import Wishes
from avatarkit.errors import UsageError
from avatarkit.whole_files import write_whole

if TYPE_CHECKING:
    from avatarkit.avatar.avatar import Avatar
    from avatarkit.avatar.recipe import AvatarRecipe
    from avatarkit.face_fit.fit import FaceFit
    from avatarkit.tracking.face_landmarks import FaceLandmarks


def create(
    photo: Annotated[
        Path | None,
        typer.Argument(metavar="[PHOTO]", help="JPEG, PNG, WebP, HEIC, AVIF or TIFF; --style or --describe can do without."),
    ] = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="A .vrm, .glb or .usdz.")],
    style: Annotated[str | None, typer.Option(metavar="NAME", help="`avatarkit styles` lists them.")] = None,
    describe: Annotated[str | None, typer.Option(metavar="TEXT", help='Such as "a man of 60 with a grey beard".')] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="SLIDER=VALUE", help="Overrule a slider; may be repeated.")
    ] = None,
    hair: Annotated[str | None, typer.Option(metavar="NAME", help="A hair style; `avatarkit wardrobe` lists them.")] = None,
    hair_color: Annotated[str | None, typer.Option(metavar="COLOR", help="#RRGGBB; the photo's without it.")] = None,
    hair_roots: Annotated[str | None, typer.Option(metavar="COLOR", help="Another colour at the scalp.")] = None,
    beard: Annotated[str | None, typer.Option(metavar="NAME", help="A beard; `avatarkit wardrobe` lists them.")] = None,
    makeup: Annotated[
        list[str] | None, typer.Option(metavar="ITEM[=COLOR[:STRENGTH[:FINISH]]]", help="As lipstick=#a03040; may be repeated.")
    ] = None,
    outfit: Annotated[str | None, typer.Option(metavar="NAME", help="An outfit, or pieces joined by +, as jeans+coat.")] = None,
    platform: Annotated[str | None, typer.Option(metavar="NAME", help="`avatarkit platforms` lists them.")] = None,
    face: Annotated[int | None, typer.Option(metavar="N", help="Which face, 1 being the largest.")] = None,
    recipe: Annotated[Path | None, typer.Option(metavar="OUT", help="Also write the editable recipe, *.avatar.json.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="OUT", help="Also write what was measured, *.json.")] = None,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="The avatar's name inside the file.")] = None,
    licence: LicenceOption = None,
) -> str | None:
    """Make an avatar of the person in a photo, or of a style or a description without one."""
    check_kind(output, platform)
    check_targets([output, recipe, report], sources=[photo] if photo else [])
    if photo is None and style is None and describe is None:
        raise UsageError("Nothing to make an avatar of: name a PHOTO, a --style, or --describe somebody.")
    wishes = Wishes(
        style, describe, settings or (), hair, hair_color, hair_roots, beard, outfit=outfit, makeup=makeup or (), name=name
    )
    check_licence(licence)
    wishes.applied(wishes.start())  # what cannot be is refused before any photo is read
    with shown_steps() as steps:
        steps.note_first_time("body")
        landmarks = None if photo is None else _landmarks(photo, face, steps)
        with thumbnails(output, steps) as with_thumbnail:
            fit = None if landmarks is None else _fit(landmarks, steps)
            with steps.step("build_avatar", "Building the avatar"):
                made, described = wishes.applied(_start(wishes, fit))
                avatar = licensed(ak.build_avatar(made), licence)
            avatar = with_thumbnail(avatar)
        with steps.step("save_avatar", "Writing the file"):
            avatar.save(output, platform)
        note_broken_limits(output, platform, steps)
        if recipe is not None:
            made.save(recipe)
        if report is not None:
            write_whole(report, _json(_report(photo, output, fit=fit, recipe=made, avatar=avatar, steps=steps)))
    return str(described) if described else None


def _start(wishes: Wishes, fit: FaceFit | None) -> AvatarRecipe:
    """Whom the wishes are about."""
    if fit is None:
        return wishes.start()
    return ak.make_recipe(fit) if wishes.style is None else ak.make_recipe(fit, wishes.style)


def _landmarks(photo: Path, face: int | None, steps: Steps) -> FaceLandmarks:
    with steps.step("read_photo", "Reading the photo"):
        picture = ak.read_photo(photo)
    with steps.step("track_face", "Finding the face"):
        return ak.track_face(picture, face)


def _fit(landmarks: FaceLandmarks, steps: Steps) -> FaceFit:
    with steps.step("fit_face", "Fitting the face"):
        fit = ak.fit_face(landmarks)
    for note in fit.notes:
        steps.note(f"Note: {note}.")
    return fit


def _report(
    photo: Path | None, output: Path, *, fit: FaceFit | None, recipe: AvatarRecipe, avatar: Avatar, steps: Steps
) -> dict[str, Any]:
    """What was measured: the fit's figures, the shape, what was written, and the seconds of each step."""
    return {
        **({} if photo is None or fit is None else {"photo": photo.name, **fit.report()}),
        "sliders": dict(recipe.sliders),
        "output": output.name,
        "bytes": output.stat().st_size,
        "thumbnail": avatar.thumbnail is not None,
        "seconds": {**steps.seconds, "total": round(sum(steps.seconds.values()), 4)},
    }


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
