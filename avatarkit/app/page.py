"""The page's widgets: a stage with the avatar, and the tabs Create, Move, Live and Library."""

from __future__ import annotations

import html
import itertools
import json
from collections.abc import Callable, Iterator
from string import Template
from typing import Any

import gradio as gr

from avatarkit.app import making, moving, shelf
from avatarkit.app.integrators import add_endpoints
from avatarkit.app.routes import PAGE, House
from avatarkit.app.texts import LANGUAGES, problem_text, texts, verdict_text
from avatarkit.errors import AvatarkitError

Answer = dict[str, Any]
Handler = Callable[[Any], Answer]

HEAVY_AT_ONCE = 2
"""Avatars that are built at the same time: one for each core; all others wait in line."""

_CHANNEL = "window.avatarkit.connect('%s', trigger, watch, props); /* %s */"
"""What a channel runs: events go out by `trigger`, answers come in as its value. Gradio looks for the events' names in it."""

_serial = itertools.count(1)


def build_page(house: House, language: str) -> gr.Blocks:
    """The page in one language, with the endpoints for integrators."""
    words = texts(language)
    with gr.Blocks(title="avatarkit", analytics_enabled=False, fill_width=True, delete_cache=(60, 600)) as page:
        _static("header", _template("header", language))
        with gr.Row(elem_id="shell"):
            with gr.Column(elem_id="stage"):
                _static("viewer", _template("stage", language))
            with gr.Column(elem_id="panel"), gr.Tabs(elem_id="tabs"):
                for name in ("create", "move", "live", "library"):
                    with gr.Tab(words[name], id=name) as tab:
                        _static(name, f'<div class="tab-body" id="body-{name}"></div>')
                    tab.select(None, js=f"() => window.avatarkit.tab('{name}')", api_visibility="private")
        _wire(house, language)
        add_endpoints(house)
    return page


def page_options(language: str) -> dict[str, Any]:
    """What Gradio is told when the page is mounted: our own look, fonts of the system, nothing of the network."""
    system = ["ui-sans-serif", "system-ui", "Segoe UI", "Roboto", "Noto Sans", "Noto Sans SC", "PingFang SC", "sans-serif"]
    theme = gr.themes.Base(
        primary_hue="indigo", neutral_hue="slate", font=system, font_mono=["ui-monospace", "Consolas", "monospace"]
    )
    return {
        "theme": theme,
        "head": _template("head", language),
        "footer_links": [],
        "ssr_mode": False,
        "run_history": False,
        "pwa": False,
    }


def _static(name: str, content: str) -> gr.HTML:
    """A piece of the page that our own scripts fill."""
    return gr.HTML(
        html_template=content,
        js_on_load=f"window.avatarkit.mount('{name}', element)",
        apply_default_css=False,
        elem_id=f"part-{name}",
    )


def _template(name: str, language: str) -> str:
    """A piece of the page as HTML, in one language."""
    other = next(one for one in LANGUAGES if one != language)
    address = "/" if other == LANGUAGES[0] else f"/{other}/"
    words = {key: html.escape(text) for key, text in texts(language).items()}
    content = (PAGE / f"{name}.html").read_text(encoding="utf-8")
    return Template(content).substitute(words, language=language, other=other, other_address=address)


def _wire(house: House, language: str) -> None:
    """Connect the page's channels with what they ask for."""
    visits, limits = house.visits, house.limits

    def asks(work: Callable[[Any, Any], Answer]) -> Handler:
        def handle(asked: Answer) -> Answer:
            visit = visits.get(asked.get("visit"))
            with visit.lock:
                return work(visit, asked)

        return handle

    _channel(
        "avatar",
        language,
        {
            "hello": asks(lambda visit, _: making.shown(visit) | moving.remembered(visit)),
            "photo": asks(lambda visit, asked: making.take_photo(visit, str(asked.get("style")))),
            "recipe": asks(lambda visit, _: making.take_recipe(visit)),
            "alter": asks(lambda visit, asked: making.edit(visit, asked.get("changes"))),
            "describe": asks(lambda visit, asked: making.take_description(visit, asked.get("text"))),
            "back": asks(lambda visit, _: making.undo(visit)),
            "open": asks(lambda visit, asked: shelf.opened(house.kept(), visit, asked.get("id"))),
        },
    )
    _channel("file", language, {"download": asks(lambda visit, asked: making.download(visit, asked.get("target")))})
    _channel("motion", language, {"motion": asks(lambda visit, asked: moving.motion_file(visit, asked.get("kind")))})
    _channel("sliders", language, {"mold": asks(lambda visit, asked: making.note_sliders(visit, asked.get("sliders")))})
    _channel(
        "library",
        language,
        {
            "list": asks(lambda _, __: shelf.listed(house.kept())),
            "save": asks(lambda visit, asked: shelf.save(house.kept(), visit, asked.get("name"))),
            "rename": asks(lambda _, asked: shelf.renamed(house.kept(), asked.get("id"), asked.get("name"))),
            "delete": asks(lambda visit, asked: shelf.deleted(house.kept(), visit, asked.get("id"))),
        },
    )

    def dance(asked: dict[str, Any]) -> Iterator[Answer]:
        yield from moving.dance(visits.get(asked.get("visit")), limits)

    def cancel(asked: dict[str, Any]) -> Answer:
        visits.get(asked.get("visit")).cancelled.set()
        return {}

    _channel("dance", language, {"dance": dance})
    _channel("cancel", language, {"cancel": cancel})


def _channel(name: str, language: str, handlers: dict[str, Callable[[Any], Any]]) -> None:
    """A hidden widget that carries events to handlers, and their answers back."""
    quoted = " ".join(f"'{event}'" for event in handlers)
    channel = gr.HTML(
        html_template="<i></i>", js_on_load=_CHANNEL % (name, quoted), visible="hidden", elem_id=f"channel-{name}"
    )
    at_once = {"avatar": HEAVY_AT_ONCE, "dance": 1}.get(name, 8)
    for event, handler in handlers.items():
        getattr(channel, event)(
            _answering(event, handler, language),
            outputs=channel,
            api_visibility="private",
            show_progress="hidden",
            concurrency_limit=at_once,
            concurrency_id=name,
            trigger_mode="multiple",
        )


def _answering(event: str, handler: Callable[[Any], Any], language: str) -> Callable[[gr.EventData], Any]:
    """The handler as Gradio calls it: answers and our own errors become the channel's next value."""

    def answer(values: Answer, asked: Answer) -> str:
        return json.dumps({**_told(values, language), "event": event, "call": asked.get("call"), "serial": next(_serial)})

    def problem(error: AvatarkitError, asked: Answer) -> str:
        return answer({"problem": problem_text(str(error), language)}, asked)

    if event == "dance":

        def stream(given: gr.EventData) -> Iterator[str]:
            asked = _asked(given)
            try:
                yield from (answer(values, asked) for values in handler(asked))
            except AvatarkitError as error:
                yield problem(error, asked)

        return stream

    def once(given: gr.EventData) -> str:
        asked = _asked(given)
        try:
            return answer(handler(asked), asked)
        except AvatarkitError as error:
            return problem(error, asked)

    return once


def _told(values: Answer, language: str) -> Answer:
    """An answer with what was noted about a photo, and what a check of a file says, in the page's language."""
    told, report, verdict = dict(values), values.get("report"), values.get("verdict")
    if report:
        told["report"] = {**report, "notes": [problem_text(note, language) for note in report.get("notes", ())]}
    if verdict:
        told["verdict"] = {**verdict, "findings": [_finding_told(finding, language) for finding in verdict["findings"]]}
    return told


def _finding_told(finding: Answer, language: str) -> Answer:
    said = ("what", "measured", "allowed", "why", "fix")
    words = {key: verdict_text(finding[key], language) for key in said if finding.get(key)}
    return {**finding, **words}


def _asked(given: gr.EventData) -> Answer:
    """What the page sent; nothing where somebody sends something else."""
    return given._data if isinstance(given._data, dict) else {}
