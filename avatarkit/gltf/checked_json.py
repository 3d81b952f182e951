"""A JSON object that answers only with values of the promised kind.

A file may come from anywhere: each number, index and list that the reader uses passes through here, so that damage ends in one
clear InputError and never further inside.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from avatarkit.errors import InputError

MAX_ITEMS = 100_000
"""Most entries of any list. The busiest file seen (8019 accessors of 100 animations) is far below."""

_LARGEST_FLOAT32 = 3.4028235e38
_LONGEST_INTEGER = 18


@dataclass(frozen=True)
class CheckedObject:
    """One JSON object and where it stands, for messages ("nodes[3]")."""

    values: dict[str, Any]
    where: str

    def has(self, key: str) -> bool:
        """Whether the file says anything about `key`."""
        return self.values.get(key) is not None

    def integer(self, key: str, default: int | None = None, *, least: int = 0, most: int = 2**53) -> int:
        """A whole number from `least` to `most`; `default` when absent. Raises InputError otherwise."""
        value = self.values.get(key, default)
        if value is None or not _is_whole(value) or not least <= value <= most:
            raise self.error(key, f"a whole number from {least} to {most}", value)
        return int(value)

    def index(self, key: str, count: int) -> int | None:
        """An index below `count`, or None when absent. Raises InputError for anything else."""
        if not self.has(key):
            return None
        return self.integer(key, most=count - 1)

    def indices(self, key: str, count: int) -> tuple[int, ...]:
        """A list of indices below `count`; empty when absent."""
        values = self.items(key)
        for value in values:
            if not _is_whole(value) or not 0 <= value < count:
                raise self.error(key, f"indices below {count}", value)
        return tuple(int(value) for value in values)

    def number(self, key: str, default: float) -> float:
        """A number in the range of 32-bit floats."""
        value = self.values.get(key, default)
        if not _is_number(value):
            raise self.error(key, "a number", value)
        return float(value)

    def numbers(self, key: str, default: tuple[float, ...], *, any_length: bool = False) -> tuple[float, ...]:
        """A list of numbers, as long as `default` unless any length will do."""
        values = self.items(key) if self.has(key) else list(default)
        if not all(_is_number(value) for value in values) or not (any_length or len(values) == len(default)):
            raise self.error(key, "numbers" if any_length else f"{len(default)} numbers", values)
        return tuple(float(value) for value in values)

    def text(self, key: str, default: str = "") -> str:
        """A string that can be encoded; anything else that stands there counts as absent."""
        value = self.values.get(key)
        return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else default

    def texts(self, key: str) -> tuple[str, ...]:
        """The strings of a list; entries of another kind become empty strings."""
        items = self.items(key)
        return tuple(CheckedObject({"item": item}, self.where).text("item") for item in items)

    def flag(self, key: str) -> bool:
        """True only where the file says true."""
        return self.values.get(key) is True

    def items(self, key: str) -> list[Any]:
        """A list of at most `MAX_ITEMS` entries; empty when absent."""
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            raise self.error(key, f"a list of at most {MAX_ITEMS} entries", value)
        return value

    def child(self, key: str) -> CheckedObject:
        """The object under `key`; an empty one when absent."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, dict):
            raise self.error(key, "an object", value)
        return CheckedObject(value or {}, f"{self.where}.{key}" if self.where else key)

    def children(self, key: str) -> tuple[CheckedObject, ...]:
        """The objects of a list; empty when absent."""
        values = self.items(key)
        if not all(isinstance(value, dict) for value in values):
            raise self.error(key, "a list of objects", values)
        prefix = f"{self.where}.{key}" if self.where else key
        return tuple(CheckedObject(value, f"{prefix}[{i}]") for i, value in enumerate(values))

    def error(self, key: str, wanted: str, value: object) -> InputError:
        """An InputError that says where `value` stands and what should be there."""
        shown = json.dumps(value)
        shown = shown if len(shown) <= 40 else shown[:37] + "..."
        return InputError(f"damaged glTF: {self.where + '.' if self.where else ''}{key} must be {wanted}, not {shown}")


def parse_json(text: bytes) -> CheckedObject:
    """The root object of a JSON text in UTF-8. Raises InputError when it is not one, or holds NaN or infinity."""
    try:
        root = json.loads(text.decode("utf-8-sig"), parse_constant=_finite, parse_float=_finite, parse_int=_bounded_integer)
    except RecursionError as error:
        raise InputError("damaged glTF: its JSON is nested too deep") from error
    except ValueError as error:
        raise InputError(f"damaged glTF: its JSON cannot be read ({str(error)[:80]})") from error
    if not isinstance(root, dict):
        raise InputError("damaged glTF: its JSON must be an object")
    return CheckedObject(root, "")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is not a finite number")
    return value


def _bounded_integer(text: str) -> float:
    return int(text) if len(text) <= _LONGEST_INTEGER else _finite(text)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST_FLOAT32


def _is_whole(value: object) -> bool:
    return _is_number(value) and float(value).is_integer()  # type: ignore[arg-type]
