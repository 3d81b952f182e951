"""What the page says, in each language, from one table: `texts.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "zh")


@cache
def _tables() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))


def texts(language: str) -> dict[str, str]:
    """Key -> text."""
    return {key: row[language] for key, row in _tables()["text"].items()}


def name_for_people(name: str, language: str) -> str:
    """A name of the vocabulary, such as "nose-tip-width", as people read it: "Nose tip width"."""
    known = _tables()["name"].get(name, {}).get(language)
    if known:
        return str(known)
    words = name.split("-")
    if language == "zh":
        table = _tables()["word"]
        translated = [table.get(word) for word in words]
        if all(word is not None for word in translated):
            return "".join(str(word) for word in translated)
    return " ".join(words).capitalize()


def said_of(table: str, name: str, language: str) -> dict[str, str]:
    """What the table "style" or "platform" says of a name in another language than English; nothing if it says nothing."""
    found: dict[str, str] = _tables()[table].get(name, {})
    return {} if language == LANGUAGES[0] or language not in found else {**found, "label": found[language]}
