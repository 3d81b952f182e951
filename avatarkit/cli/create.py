"""`avatarkit create`: a photo becomes an avatar."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import avatarkit as ak
from avatarkit.cli.build import AVATAR_SUFFIXES
from avatarkit.cli.sliders import slider_values
from avatarkit.cli.steps import Steps, shown_steps
from avatarkit.cli.targets import check_suffix, check_targets
from avatarkit.cli.thumbnails import thumbnails
from avatarkit.whole_files import write_whole

if TYPE_CHECKING:
    from avatarkit.avatar.avatar import Avatar
    from avatarkit.avatar.recipe import AvatarRecipe
    from avatarkit.face_fit.fit import FaceFit
    from avatarkit.tracking.face_landmarks import FaceLandmarks


def create(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="JPEG, PNG, WebP, HEIC, AVIF or TIFF.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="A .vrm or a .glb.")],
    *,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="SLIDER=VALUE", help="Overrule a slider; may be repeated.")
    ] = None,
    hair: Annotated[str | None, typer.Option(metavar="NAME", help="A hair style; `avatarkit wardrobe` lists them.")] = None,
    hair_color: Annotated[str | None, typer.Option(metavar="COLOR", help="#RRGGBB; the photo's without it.")] = None,
    outfit: Annotated[str | None, typer.Option(metavar="NAME", help="Clothes; `avatarkit wardrobe` lists them.")] = None,
    face: Annotated[int | None, typer.Option(metavar="N", help="Which face, 1 being the largest.")] = None,
    recipe: Annotated[Path | None, typer.Option(metavar="OUT", help="Also write the editable recipe, *.avatar.json.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="OUT", help="Also write what was measured, *.json.")] = None,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="The avatar's name inside the file.")] = None,
) -> None:
    """Make an avatar of the person in a photo."""
    check_suffix(output, AVATAR_SUFFIXES)
    check_targets([output, recipe, report], sources=[photo])
    wanted = slider_values(settings or ())
    _check_names(name, hair, hair_color, outfit)
    with shown_steps() as steps:
        landmarks = _landmarks(photo, face, steps)
        with thumbnails(output, steps) as with_thumbnail:
            fit = _fit(landmarks, steps)
            with steps.step("build_avatar", "Building the avatar"):
                made = ak.make_recipe(fit, **({} if name is None else {"name": name})).with_sliders(wanted)
                made = made.with_hair(hair, hair_color)
                made = made if outfit is None else made.with_outfit(outfit)
                avatar = ak.build_avatar(made)
            avatar = with_thumbnail(avatar)
        with steps.step("save_avatar", "Writing the file"):
            avatar.save(output)
        if recipe is not None:
            made.save(recipe)
        if report is not None:
            write_whole(report, _json(_report(photo, output, fit=fit, recipe=made, avatar=avatar, steps=steps)))


def _check_names(name: str | None, hair: str | None, hair_color: str | None, outfit: str | None) -> None:
    from avatarkit.avatar.colors import parse_color
    from avatarkit.avatar.recipe import check_name  # it brings numpy, for which --help need not wait
    from avatarkit.avatar.wardrobe import check_hair_style, outfit_pieces

    if name is not None:
        check_name(name)
    if hair is not None:
        check_hair_style(hair)
    if hair_color is not None:
        parse_color(hair_color)
    if outfit is not None:
        outfit_pieces(outfit)


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


def _report(photo: Path, output: Path, *, fit: FaceFit, recipe: AvatarRecipe, avatar: Avatar, steps: Steps) -> dict[str, Any]:
    """What was measured: the fit's figures, the shape, what was written, and the seconds of each step."""
    return {
        "photo": photo.name,
        **fit.report(),
        "sliders": dict(recipe.sliders),
        "output": output.name,
        "bytes": output.stat().st_size,
        "thumbnail": avatar.thumbnail is not None,
        "seconds": {**steps.seconds, "total": round(sum(steps.seconds.values()), 4)},
    }


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
