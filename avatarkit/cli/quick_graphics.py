"""Graphics start a second sooner: a shortcut through cffi, taken in the program's own process and never by the library."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

_TYPE = "typedef "
"""How cffi's parser files the name of a type among its declarations."""

Parse = Callable[[Any, str], Any]


def quicken_graphics() -> None:
    """Let cffi read the name of a C type without reading the names of all others along with it.

    wgpu asks cffi for some seventy types like "WGPUColor *". For each of them cffi has pycparser read a declaration of every
    type that is known, several hundred, although a name that a text does not mention cannot change what the text means.
    Source: cffi 2.1, cparser.py, Parser._parse, whose comment says as much. Another cffi, built otherwise, is left alone.
    """
    from cffi.cparser import Parser

    parse = getattr(Parser, "_parse", None)
    if parse is not None and not hasattr(parse, "__wrapped__"):
        Parser._parse = _of_mentioned_types(parse)


def _of_mentioned_types(parse: Parse) -> Parse:
    @wraps(parse)
    def quicker(parser: Any, source: str) -> Any:
        known = getattr(parser, "_declarations", None)
        if not isinstance(known, dict):
            return parse(parser, source)
        mentioned = set(re.findall(r"\w+", source))
        parser._declarations = {
            name: value for name, value in known.items() if not name.startswith(_TYPE) or name.removeprefix(_TYPE) in mentioned
        }
        try:
            return parse(parser, source)
        finally:
            parser._declarations = known

    return quicker
