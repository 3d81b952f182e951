"""What the page says, in each language, from one table: `texts.toml`."""

from __future__ import annotations

import re
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
            return _joined([str(word) for word in translated])
    return " ".join(words).capitalize()


def _joined(words: list[str]) -> str:
    """Chinese words as one, a character at a joint said once: 眼 and 眼角 are 眼角."""
    text = ""
    for word in words:
        text += word[1:] if text.endswith(word[0]) else word
    return text


def said_of(table: str, name: str, language: str) -> dict[str, str]:
    """What the table "style" or "platform" says of a name in another language than English; nothing if it says nothing."""
    found: dict[str, str] = _tables()[table].get(name, {})
    return {} if language == LANGUAGES[0] or language not in found else {**found, "label": found[language]}


def verdict_text(text: str, language: str) -> str:
    """What a check of a file says, in a language; as it is where the table does not know it."""
    return text if language == LANGUAGES[0] else str(_tables()["verdict"].get(text, text))


def problem_text(problem: str, language: str) -> str:
    """What went wrong, in a language; where the table does not know the sentence, that it is in English."""
    if language != LANGUAGES[0]:
        found = ((sentence.fullmatch(problem), said) for sentence, said in _problems(language))
        told = next((said.format(**_values(match, language)) for match, said in found if match), None)
        return told or texts(language)["in_english"].format(problem=problem)
    return problem[:1].upper() + problem[1:]


@cache
def _problems(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Sentences in English, with a group for what differs, and what another language says."""
    return [
        (re.compile(_BRACES.sub(r"(?P<\1>.*?)", _escaped(row["en"])), re.DOTALL), row[language]) for row in _tables()["problem"]
    ]


_BRACES = re.compile(r"\{(\w+)\}")


def _escaped(sentence: str) -> str:
    return re.escape(sentence).replace(r"\{", "{").replace(r"\}", "}")


def _values(match: re.Match[str], language: str) -> dict[str, str]:
    """What differs; uploads by what the language calls them."""
    uploads = {f"your {kind}": texts(language)[f"your_{kind}"] for kind in ("photo", "video", "picture", "recipe")}
    return {key: uploads.get(value, value) for key, value in match.groupdict().items()}
