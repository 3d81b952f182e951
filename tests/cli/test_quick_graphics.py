"""Laws of the shortcut through cffi: the same types, and no traces where it does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cffi
import pytest
from cffi.cparser import Parser

from avatarkit.cli.quick_graphics import quicken_graphics

HEADER = """
typedef unsigned int Flags;
typedef struct Color { double red, green; } Color;
typedef struct { Color const *colors; Flags flags; void (*done)(Color *, Flags); } Pass;
typedef enum Kind { KIND_A, KIND_B = 7 } Kind;
"""
TYPES = ("Color *", "Pass *", "Color const *[]", "Kind", "Flags[3]", "void(*)(Pass *, Kind)", "uint32_t *", "struct Color")


@pytest.fixture
def untouched_cffi(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    parse = Parser._parse
    monkeypatch.setattr(Parser, "_parse", getattr(parse, "__wrapped__", parse))
    yield monkeypatch


def described(name: str) -> Any:
    """What cffi makes of a type, with the layout of the struct below it."""
    ffi = cffi.FFI()
    ffi.cdef(HEADER)
    found = ffi.typeof(name)
    item = getattr(found, "item", found)
    return repr(found), [(field, inner.offset) for field, inner in (item.fields or ())] if item.kind == "struct" else item.kind


@pytest.mark.parametrize("name", TYPES)
def test_a_type_is_read_as_ever(name: str, untouched_cffi: pytest.MonkeyPatch) -> None:
    before = described(name)
    quicken_graphics()
    assert hasattr(Parser._parse, "__wrapped__")
    assert described(name) == before


@pytest.mark.usefixtures("untouched_cffi")
def test_an_unknown_type_is_still_an_error() -> None:
    quicken_graphics()
    with pytest.raises(cffi.CDefError):
        described("Colour *")


def test_another_cffi_is_left_alone(untouched_cffi: pytest.MonkeyPatch) -> None:
    untouched_cffi.delattr(Parser, "_parse")
    quicken_graphics()
    assert not hasattr(Parser, "_parse")


@pytest.mark.usefixtures("untouched_cffi")
def test_twice_is_once() -> None:
    quicken_graphics()
    quickened = Parser._parse
    quicken_graphics()
    assert Parser._parse is quickened
