"""Endpoints for programs: what the page does, by name, for `gradio_client`."""

from __future__ import annotations

import functools
import threading
from pathlib import Path
from typing import Any

import gradio as gr

from avatarkit.app.making import photo_to_recipe, save_for
from avatarkit.app.moving import MOTION_FORMATS, video_to_motion
from avatarkit.app.routes import House
from avatarkit.app.texts import LANGUAGES
from avatarkit.avatar.describe import describe
from avatarkit.avatar.recipe_json import load_recipe
from avatarkit.avatar.style import DEFAULT_STYLE, default_recipe
from avatarkit.errors import AvatarkitError, InputError, UsageError
from avatarkit.export.platform_check import check


def add_endpoints(house: House) -> None:
    """Add the endpoints to the page that is being built."""
    photo, video, recipe, avatar = (gr.File(label=label, visible=False) for label in ("photo", "video", "recipe", "avatar"))
    style, text, target, kind, platform = (
        gr.Textbox(label=label, value=value, visible=False)
        for label, value in (
            ("style", DEFAULT_STYLE),
            ("description", ""),
            ("target", "vrm"),
            ("format", "vrma"),
            ("platform", "vrm1"),
        )
    )
    file, values = gr.File(label="file", visible=False), gr.JSON(label="values", visible=False)

    def create_avatar(
        photo: str | None = None, style: str = DEFAULT_STYLE, description: str = "", target: str = "vrm"
    ) -> tuple[str, Any]:
        """Make an avatar of a photo, of a style, or of a description; any of the three may be left out.

        `target` is a platform's name, or "vrm", "glb" or "recipe". Gives the file, and what was measured: the photo's report
        and the platform's verdict.
        """
        house.rate.check("endpoint create_avatar")
        made, report = (default_recipe(style), None) if photo is None else photo_to_recipe(_taken(photo, house, "photo"), style)
        made = describe(description, made).recipe if description.strip() else made
        path, verdict = save_for(made, house.visits.begin().folder, target)
        return str(path), {"report": report, "verdict": verdict}

    def build_avatar(recipe: str, target: str = "vrm") -> tuple[str, Any]:
        """Make an avatar of an edited recipe (.avatar.json) for a platform, or as "vrm" or "glb"."""
        house.rate.check("endpoint build_avatar")
        path, verdict = save_for(load_recipe(_taken(recipe, house, "photo")), house.visits.begin().folder, target)
        return str(path), {"verdict": verdict}

    def capture_motion(video: str, format: str = "vrma") -> str:
        """The motion of the person in a video, as "vrma" or "bvh"."""
        if format not in MOTION_FORMATS[1:]:
            raise UsageError(f"A motion without an avatar is written as {' or '.join(MOTION_FORMATS[1:])}.")
        motion = video_to_motion(_taken(video, house, "video"), house.limits, lambda _: None, threading.Event())
        path = house.visits.begin().folder / f"motion.{format}"
        motion.save(path)
        return str(path)

    def check_avatar(avatar: str, platform: str = "vrm1") -> Any:
        """Whether an avatar file passes a platform's limits, limit by limit."""
        return check(_taken(avatar, house, "photo"), platform).as_dict()

    def list_choices() -> Any:
        """Names of styles, sliders, hair, makeup, clothes and platforms."""
        from avatarkit.app.choices import choices

        return choices(LANGUAGES[0])

    for work, inputs, outputs in (
        (create_avatar, [photo, style, text, target], [file, values]),
        (build_avatar, [recipe, target], [file, values]),
        (capture_motion, [video, kind], [file]),
        (check_avatar, [avatar, platform], [values]),
        (list_choices, [], [values]),
    ):
        button = gr.Button(visible=False)
        button.click(
            _with_our_errors(work),
            inputs,
            outputs,
            api_name=work.__name__,
            api_description=" ".join((work.__doc__ or "").split()),
            concurrency_id="endpoints",
            concurrency_limit=1,
        )


def _taken(path: str | None, house: House, kind: str) -> Path:
    if path is None:
        raise InputError("A file is needed.")
    if Path(path).stat().st_size > house.limits.bytes_for(kind):
        raise InputError(f"The file is larger than {house.limits.bytes_for(kind) >> 20} MB, which is the most that is taken.")
    return Path(path)


def _with_our_errors(work: Any) -> Any:
    """The endpoint with errors as its caller sees them: our text, no traceback."""

    @functools.wraps(work)  # a program may name what it gives
    def endpoint(*given: Any) -> Any:
        try:
            return work(*given)
        except AvatarkitError as error:
            raise gr.Error(str(error), print_exception=False) from None

    return endpoint
