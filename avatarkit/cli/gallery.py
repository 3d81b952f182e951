"""`avatarkit gallery`: a contact sheet of what there is to choose from."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

import avatarkit as ak
from avatarkit.cli.quick_graphics import quicken_graphics
from avatarkit.cli.render import parse_size
from avatarkit.cli.steps import shown_steps
from avatarkit.cli.targets import check_suffix, check_targets
from avatarkit.errors import UsageError
from avatarkit.whole_files import write_whole

SHEET_SUFFIXES = (".png", ".jpg")


def gallery(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="As styles, people, families, hair, outfits, makeup.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="A .png or a .jpg.")],
    *,
    recipe: Annotated[Path | None, typer.Option(metavar="RECIPE", help="Who shows it: an *.avatar.json.")] = None,
    style: Annotated[str | None, typer.Option(metavar="NAME", help="In which style, or who of the styles shows it.")] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this one; may be repeated.")] = None,
    size: Annotated[str, typer.Option(metavar="WxH", help="Pixels of one picture.")] = "256x256",
    columns: Annotated[int | None, typer.Option(metavar="N", min=1, max=100, help="Pictures in a row.")] = None,
) -> None:
    """Draw everything of a kind that there is to choose, side by side."""
    from avatarkit.avatar.style import DEFAULT_STYLE, default_recipe
    from avatarkit.export.gallery import gallery_sheet

    check_suffix(output, SHEET_SUFFIXES)
    check_targets([output], sources=[recipe] if recipe else [])
    size_px = parse_size(size)
    if min(size_px) < 64 or max(size_px) > 1024:
        raise UsageError(f"--size {size}: each side of a picture on a sheet has 64 to 1024 pixels.")
    quicken_graphics()
    with shown_steps() as steps:
        shown = default_recipe(style or DEFAULT_STYLE) if recipe is None else ak.load_recipe(recipe)
        if recipe is not None and style is not None:
            shown = shown.with_style(style)
        with steps.step("gallery", "Drawing") as advance:
            sheet = gallery_sheet(kind, shown, only=only or (), size_px=size_px, columns=columns, progress=advance)
    write_whole(output, _encoded(sheet, output.suffix.lower()))


def _encoded(sheet: np.ndarray, suffix: str) -> bytes:
    from PIL import Image

    buffer = BytesIO()
    picture = Image.fromarray(sheet)
    picture.save(buffer, "PNG") if suffix == ".png" else picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
