"""Words about a person become values of a recipe, by a vocabulary anybody can read: `styles/words/en.toml`.

A description is read from left to right as groups of words that end in a thing ("short curly grey | hair", "a green | coat").
What stands before a thing says how it is; words about the person as a whole ("a cheerful woman of about 60") stand alone.
"No", "not" and "without" hold until a comma, "and" or "but": things named there are taken off.
Nothing is guessed: a word that is not in the vocabulary is handed back.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

from avatarkit.avatar import wardrobe
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.recipe_tables import recipe_from_tables, recipe_tables
from avatarkit.avatar.style import default_recipe
from avatarkit.body.body import load_body
from avatarkit.data_files import words_path
from avatarkit.errors import UsageError

MAX_LENGTH = 2000
"""Letters of a description; it is a sentence or two."""

Reader = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""A caller's own reader, such as a language model on their machine: (the text, the recipe's tables as they are) -> tables with
what should change, as in a recipe's JSON. What it returns is checked like any recipe."""


@dataclass(frozen=True)
class Description:
    """What became of a description.

    Attributes:
        recipe: the person described.
        understood: word or phrase -> what it did, in the order of the text.
        unknown: words that are not in the vocabulary.
    """

    recipe: AvatarRecipe
    understood: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        """What was understood, and what was not, for people."""
        understood = [f"  {word}: {what}" for word, what in self.understood.items()]
        unknown = f"Not understood: {', '.join(self.unknown)}." if self.unknown else ""
        return "\n".join([*(["Understood:"] if understood else []), *understood, *([unknown] if unknown else [])])


def describe(text: str, start: AvatarRecipe | None = None, reader: Reader | None = None) -> Description:
    """The person that a text describes.

    Args:
        text: English, for example "a cheerful woman of about 60 with short curly grey hair, round glasses and a green coat".
        start: whom the words change; the average person of the default style without it.
        reader: reads the text in place of the vocabulary.

    Raises:
        UsageError: no text, too much of it, or a reader's answer that is no recipe.
    """
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_LENGTH:
        raise UsageError(f"A description is a text of 1 to {MAX_LENGTH} letters.")
    start = default_recipe() if start is None else start
    if reader is not None:
        return Description(_read_by(reader, text, start))
    return _Reading(start).of(text)


def _read_by(reader: Reader, text: str, start: AvatarRecipe) -> AvatarRecipe:
    tables = recipe_tables(replace(start, skin=replace(start.skin, photo=None)))
    changed = {**tables, **{key: _merged(tables.get(key), value) for key, value in reader(text, tables).items()}}
    made = wardrobe.checked_recipe(recipe_from_tables(start.name, start.style, changed))
    return replace(made, skin=replace(made.skin, photo=start.skin.photo))


def _merged(below: Any, above: Any) -> Any:
    return {**below, **above} if isinstance(below, dict) and isinstance(above, dict) else above


@dataclass(frozen=True)
class _Words:
    """The vocabulary: phrases as tuples of words.

    Attributes:
        small: words that mean nothing here.
        colors: "hair", "eyes", "skin", "lips" or "wear" -> phrase -> "#rrggbb".
        person: phrase -> sliders or other tables of a recipe.
        parts: phrase that names a part of the body -> {phrase before it -> tables}.
        part_color: phrase that names a part -> entry of the recipe that its colour goes to.
        outfits: phrase -> outfit that it means, and those of its pieces that its colour goes to.
        synonyms: phrase -> words as the vocabulary or the wardrobe's names have it.
        numbers: word -> number that it adds to others beside it.
    """

    small: frozenset[str]
    colors: Mapping[str, Mapping[tuple[str, ...], str]]
    person: Mapping[tuple[str, ...], Mapping[str, Any]]
    parts: Mapping[tuple[str, ...], Mapping[tuple[str, ...], Mapping[str, Any]]]
    part_color: Mapping[tuple[str, ...], str]
    outfits: Mapping[tuple[str, ...], tuple[str, tuple[str, ...]]]
    synonyms: Mapping[tuple[str, ...], tuple[str, ...]]
    numbers: Mapping[str, int]


@cache
def vocabulary() -> _Words:
    """The English vocabulary, read once."""
    from PIL import ImageColor

    content = tomllib.loads(words_path("en").read_text(encoding="utf-8"))
    css = {name: value for name, value in ImageColor.colormap.items() if isinstance(value, str)}
    return _Words(
        small=frozenset(content["small"]),
        colors={
            context: {_split(name): value for name, value in {**css, **content["colors"], **own}.items()}
            for context, own in {"wear": {}, **content["colors_of"]}.items()
        },
        person={_split(name): tables for name, tables in content["person"].items()},
        parts={
            _split(name): {_split(word): tables for word, tables in part.get("words", {}).items()}
            for part in content["parts"]
            for name in part["names"]
        },
        part_color={_split(name): part["color"] for part in content["parts"] if "color" in part for name in part["names"]},
        outfits={_split(name): (each["outfit"], tuple(each["colored"])) for name, each in content["outfits"].items()},
        synonyms={_split(name): _split(word) for name, word in content["synonyms"].items()},
        numbers=content["numbers"],
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z]+|\d+", text.lower()))


class _Reading:
    """One text on its way into one recipe."""

    def __init__(self, start: AvatarRecipe) -> None:
        self._recipe = start
        self._understood: dict[str, str] = {}
        self._unknown: list[str] = []
        self._wear: list[tuple[str, str | None]] = []
        self._bare: set[str] = set()  # slots
        self._colored: set[str] = set()  # tables
        self._words = vocabulary()

    def of(self, text: str) -> Description:
        for clause in re.split(r"[;.]|\bwith\b|\bwearing\b|\bwears\b|\bin\b|\bwho\b|\bhas\b", text.lower()):
            said, *negated = _NEGATED.split(clause)
            self._clause(self._known(said))
            for no, what, after in zip(negated[::3], negated[1::3], negated[2::3], strict=True):
                self._not(self._known(what), no)
                self._clause(self._known(after))
        self._match_brows()
        self._dress()
        return Description(self._recipe, self._understood, tuple(dict.fromkeys(self._unknown)))

    def _known(self, text: str) -> tuple[str, ...]:
        return _in_digits(self._words.numbers, _known_as(self._words.synonyms, _split(text)))

    def _not(self, words: tuple[str, ...], no: str) -> None:
        """Take off what the words name; of a person and a face, it cannot be told what else they are instead."""
        left: list[str] = []
        while words:
            thing = _longest((*_choices(), _MAKEUP), words)
            if thing:
                self._take_off(thing)
                self._did((no, *thing), "none")
            else:
                left.append(words[0])
            words = words[max(len(thing), 1) :]
        left = [word for word in left if word not in self._words.small]
        self._unknown += [no, *left] if left else []

    def _take_off(self, thing: tuple[str, ...]) -> None:
        kind = _choices().get(thing, "makeup")  # makeup as a whole is nothing that can be chosen
        if kind == "hair":
            self._recipe = self._recipe.with_hair("bald")
        elif kind == "beard":
            self._recipe = self._recipe.with_beard("none")
        elif kind == "makeup":
            for item in self._recipe.makeup:
                if thing in (_split(item), _MAKEUP):
                    self._recipe = self._recipe.with_makeup(item, strength=0.0)
        else:
            self._bare.add(kind)

    def _clause(self, words: tuple[str, ...]) -> None:
        """Words up to the last thing they lead to belong to it; the rest stands for itself."""
        pending: list[str] = []
        while words:
            thing = self._thing_at(words)
            if thing:
                self._say(thing, tuple(pending))
                pending, words = [], words[len(thing) :]
            else:
                pending, words = [*pending, words[0]], words[1:]
        self._person(tuple(pending))

    def _thing_at(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The longest name of a thing that the words begin with."""
        return _longest((*self._words.parts, *self._words.outfits, *_choices()), words)

    def _say(self, thing: tuple[str, ...], said: tuple[str, ...]) -> None:
        color, before = self._color_of(said, self._context(thing))
        if thing in self._words.parts:
            before, what = self._part(thing, before, color)
        elif thing in self._words.outfits:
            outfit, colored = self._words.outfits[thing]
            self._wear += [(piece, color if piece in colored else None) for piece in wardrobe.outfit_pieces(outfit)]
            what = f"wears {outfit}"
        elif _choices()[thing] == "hair":
            before, what = self._hair(thing, before, color)
        elif _choices()[thing] == "beard":
            before, what = self._beard(thing, before, color)
        elif _choices()[thing] == "makeup":
            self._recipe = self._recipe.with_makeup("-".join(thing), color)
            what = f"makeup {'-'.join(thing)}"
        else:
            before, what = self._worn(thing, before, color)
        if what:
            self._did((*(word for word in said if word not in before), *thing), f"{what} {color or ''}")
        self._person(before[:-1] if before[-1:] == ("old",) else before)  # an old coat makes nobody old

    def _context(self, thing: tuple[str, ...]) -> str:
        """Whose colours are meant: brown is one thing on hair and another on a coat."""
        if thing in self._words.parts:
            table = self._words.part_color.get(thing, "wear.").split(".")[0]
            return {"brows": "hair"}.get(table, table)
        if thing in self._words.outfits:
            return "wear"
        return "hair" if _choices()[thing] in ("hair", "beard") else "wear"

    def _color_of(self, words: tuple[str, ...], context: str) -> tuple[str | None, tuple[str, ...]]:
        """The colour among the words, the one nearest to their thing, and the words without it."""
        known = self._words.colors[context]
        for length in range(len(words), 0, -1):
            for start in reversed(range(len(words) - length + 1)):
                phrase = words[start : start + length]
                if phrase in known:
                    return known[phrase], words[:start] + words[start + length :]
        return None, words

    def _part(self, thing: tuple[str, ...], before: tuple[str, ...], color: str | None) -> tuple[tuple[str, ...], str]:
        """The words that are left, and what the colour went to; likewise below."""
        table, entry = self._words.part_color.get(thing, ".").split(".")
        if color and table:
            self._change({table: {entry: color}})
            self._colored.add(table)
        left = self._phrases(before, self._words.parts[thing], thing)
        return left, f"{table}.{entry}" if color and table else ""

    def _hair(self, thing: tuple[str, ...], before: tuple[str, ...], color: str | None) -> tuple[tuple[str, ...], str]:
        style, before = _nearest(thing, before, wardrobe.hair_styles(), "hair")
        self._recipe = self._recipe.with_hair(style, color)
        self._colored |= {"hair"} if color else set()
        return before, f"hair {style or self._recipe.hair.style}"

    def _beard(self, thing: tuple[str, ...], before: tuple[str, ...], color: str | None) -> tuple[tuple[str, ...], str]:
        style, before = _nearest(thing, before, [name for name in wardrobe.beard_styles() if name != "none"], "beard")
        grown = self._recipe.beard.style
        style = style or (USUAL_BEARD if grown == "none" else grown)
        self._recipe = self._recipe.with_beard(style, color)
        return before, f"beard {style}"

    def _worn(self, thing: tuple[str, ...], before: tuple[str, ...], color: str | None) -> tuple[tuple[str, ...], str]:
        slot = _choices()[thing]
        worn_there = [name for name in wardrobe.wardrobe_pieces() if wardrobe.piece_slot(name) == slot]
        piece, before = _nearest(thing, before, worn_there, "")
        if piece:
            self._wear.append((piece, color))
        return before, f"wears {piece}" if piece else ""

    def _person(self, words: tuple[str, ...]) -> None:
        age = _age_in(words)
        said = tuple(word for word in words if word != age and (age is None or word not in AGED))
        left = self._phrases(said, self._words.person, ())
        self._unknown += [word for word in left if word not in self._words.small]
        if age is not None:  # said in years, it counts for more than "girl"
            self._change({"sliders": {"age": _age_slider(int(age))}})
            self._did((age,), f"age {_age_slider(int(age)):+.2f}")

    def _phrases(
        self, words: tuple[str, ...], known: Mapping[tuple[str, ...], Mapping[str, Any]], thing: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Do what the known phrases among the words say; the words that are left."""
        for length in range(len(words), 0, -1):
            for start in range(len(words) - length + 1):
                phrase = words[start : start + length]
                if phrase in known:
                    self._change(known[phrase])
                    self._did((*phrase, *thing), _said(known[phrase]))
                    return self._phrases(words[:start] + words[start + length :], known, thing)
        return words

    def _change(self, tables: Mapping[str, Any]) -> None:
        recipe = self._recipe
        for table, entries in tables.items():
            if table == "sliders":
                recipe = recipe.with_sliders(entries)
            elif table == "style":
                recipe = recipe.with_style(entries)
            elif table == "hair":
                recipe = recipe.with_hair(**entries)
            else:
                recipe = replace(recipe, **{table: replace(getattr(recipe, table), **entries)})
        self._recipe = recipe

    def _match_brows(self) -> None:
        """Brows go with hair whose colour was named, somewhat darker, where theirs was not."""
        if "hair" in self._colored and "brows" not in self._colored:
            darker = bytes(int(BROWS_TO_HAIR * part) for part in bytes.fromhex(self._recipe.hair.color[1:]))
            self._recipe = self._recipe.with_brows(color=f"#{darker.hex()}")

    def _dress(self) -> None:
        """Put on what was named; it takes the place of what it cannot be worn with."""
        pieces = [piece for piece in self._recipe.outfit.pieces if wardrobe.piece_slot(piece) not in self._bare]
        colors = dict(self._recipe.outfit.colors)
        for piece, color in self._wear:
            pieces = [other for other in pieces if not wardrobe.excludes(piece, other)] + [piece]
            colors |= {piece: color} if color else {}
        kept = {target: color for target, color in colors.items() if target.split("/")[0] in pieces}
        self._recipe = self._recipe.with_outfit(pieces, kept)

    def _did(self, thing: Iterable[str], what: str) -> None:
        self._understood[" ".join(thing)] = what.strip()


def _longest(names: Iterable[tuple[str, ...]], words: tuple[str, ...]) -> tuple[str, ...]:
    """The longest of the names that the words begin with."""
    return max((name for name in names if words[: len(name)] == name), key=len, default=())


def _known_as(synonyms: Mapping[tuple[str, ...], tuple[str, ...]], words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with the wardrobe's own names in place of others for the same, which may make up others in turn."""
    for _ in range(_ROUNDS):
        done: tuple[str, ...] = ()
        while words:
            length = next((n for n in range(min(len(words), _LONGEST_SYNONYM), 0, -1) if words[:n] in synonyms), 0)
            done, words = (*done, *(synonyms[words[:length]] if length else words[:1])), words[max(length, 1) :]
        words = done
    return words


def _in_digits(numbers: Mapping[str, int], words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with numbers that may be ages in digits, "sixty five" as 65."""
    done: list[str] = []
    while words:
        tens, ones = (numbers.get(word, 0) for word in (*words, "", "")[:2])
        both = 2 if tens >= 20 and 0 < ones < 10 else 1
        number = tens + ones * (both - 1)
        done.append(str(number) if number >= LEAST_BARE_AGE or (number and words[both : both + 1] in YEARS) else words[0])
        words = words[both:]
    return tuple(done)


def _age_in(words: tuple[str, ...]) -> str | None:
    """The word that says how many years old somebody is: "2 earrings" are no years."""
    for place, word in enumerate(words):
        if word.isdigit() and (int(word) >= LEAST_BARE_AGE or words[place + 1 : place + 2] in YEARS):
            return word
    return None


@cache
def _choices() -> Mapping[tuple[str, ...], str]:
    """Names of things to choose -> "hair", "beard", "makeup" or the slot of a piece: whole names, and their last words."""
    found: dict[tuple[str, ...], str] = {}
    for kind, names in (("hair", wardrobe.hair_styles()), ("beard", wardrobe.beard_styles())):
        found |= {_split(name): kind for name in names if len(_split(name)) > 1 or name in _HAIR_THINGS}
        found |= {(kind,): kind}
    found |= {_split(item): "makeup" for item in wardrobe.makeup_items()}
    for name in wardrobe.wardrobe_pieces():
        found |= {_split(name): wardrobe.piece_slot(name), _split(name)[-1:]: wardrobe.piece_slot(name)}
    return found


AGED, YEARS = ("old", "aged"), (("year",), ("years",), ("yo",), ("old",))
"""Words beside a number of years that say nothing more, and those that show that a number is one."""

LEAST_BARE_AGE = 10
"""Of a number with none of them behind it."""

USUAL_BEARD = "full"
"""Grows where a beard is wished for and nothing else is said of it."""

BROWS_TO_HAIR = 0.8
"""Of sRGB: how much darker brows are than hair, as the presets have them."""

_MAKEUP = ("makeup",)
_NEGATED = re.compile(r"\b(no|not|without|neither|nor|never)\b(.*?)(?=,|\b(?:and|but|no|not|without|nor)\b|$)")

_HAIR_THINGS = ("afro", "bob", "lob", "braid", "braids", "bun", "mohawk", "undercut", "ponytail", "dreadlocks", "stubble",
                "moustache", "goatee", "sideburns", "handlebar", "horseshoe", "quiff", "pigtails")  # fmt: skip
"""Names of hair and beards that are things by themselves; "short" or "full" only say how hair is."""


def _nearest(
    thing: tuple[str, ...], before: tuple[str, ...], names: Sequence[str], kind: str
) -> tuple[str | None, tuple[str, ...]]:
    """Of the names that the thing can be, the one with most of the words before it and fewest others; the words it has not."""
    own = set(thing) - {kind}
    wanted = set(before) | own
    able = [name for name in names if own <= set(_split(name))]
    best = max(able, key=lambda name: (len(wanted & set(_split(name))), -len(set(_split(name)) - wanted)), default=None)
    if best is None or not wanted & set(_split(best)):
        return None, before
    return best, tuple(word for word in before if word not in _split(best))


_LONGEST_SYNONYM, _ROUNDS = 3, 3  # words; replaced phrases may be parts of others
_AGES = ((1, -1.0), (10, -0.625), (25, 0.0), (90, 1.0))
"""Years and the age slider: MakeHuman's baby, child, young and old."""


def _age_slider(years: int) -> float:
    """The age slider of a number of years."""
    ages, values = np.transpose(_AGES)
    value = float(np.interp(years, ages, values))
    return round(max(value, load_body().sliders["age"].low), 3)


def _said(tables: Mapping[str, Any]) -> str:
    """What tables change, on one line."""
    return ", ".join(
        f"{key} {value:+g}" if isinstance(value, (int, float)) else f"{table}.{key} {value}"
        for table, entries in tables.items()
        for key, value in (entries.items() if isinstance(entries, Mapping) else [("", entries)])
    )
