"""`avatarkit check`: whether a file passes a platform's limits."""

from __future__ import annotations

import json
import shutil
import textwrap
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from avatarkit.cli.targets import check_targets
from avatarkit.cli.text import printable
from avatarkit.errors import UsageError

if TYPE_CHECKING:
    from avatarkit.export.verdict import Finding, Verdict

NARROWEST = 80
"""Columns that every terminal has, and that the table takes where nobody tells."""

_WIDTHS = (11, 15, 14, 9)
"""Columns of the mark, what was measured, what is allowed and the rank; the rest is for what is limited."""

EXIT_BROKEN = 1
"""A limit is broken. Source: the project's contract."""


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .glb, .gltf, .vrm or .usdz, made by anybody.")],
    platform: Annotated[str | None, typer.Option(metavar="NAME", help="`avatarkit platforms` lists them.")] = None,
    all_platforms: Annotated[bool, typer.Option("--all", help="Every platform, a line each.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Write a file in which all that can be mended is.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="OUT", help="Where --fix writes it.")] = None,
    *,
    permitted: Annotated[
        bool, typer.Option("--i-have-permission", help="Alter a file whose licence forbids it: its author has allowed you to.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON.")] = False,
) -> None:
    """Say limit by limit what is measured, what is allowed, and what would mend it; ends with 1 if a limit is broken.

    With --fix the verdict is that of the mended file, and says why what is still broken could not be mended.
    """
    from avatarkit.export.platform_check import check as check_one
    from avatarkit.export.platform_check import check_all

    if all_platforms == (platform is not None):
        raise UsageError("Say which platform: --platform NAME, or --all for every one.")
    if fix != (output is not None) or (fix and platform is None):
        raise UsageError("--fix needs one --platform and -o OUT, a place for the mended file.")
    if output is not None and platform is not None:
        verdicts = [_mended(file, output, platform, permitted)]
    else:
        verdicts = check_all(file) if platform is None else [check_one(file, platform)]
    if as_json:
        typer.echo(json.dumps([v.as_dict() for v in verdicts] if all_platforms else verdicts[0].as_dict(), indent=2))
    else:
        typer.echo("\n".join(_overview(verdicts) if all_platforms else _table(verdicts[0])))
    if not all(verdict.passes for verdict in verdicts):
        raise typer.Exit(EXIT_BROKEN)


def _mended(file: Path, output: Path, platform: str, permitted: bool) -> Verdict:
    from avatarkit.export.convert import convert
    from avatarkit.export.files import check_suffix

    check_suffix(output, platform)
    check_targets([output], sources=[file])
    return convert(file, platform, with_permission=permitted).save(output)


def _overview(verdicts: list[Verdict]) -> list[str]:
    width = max(len(verdict.platform.name) for verdict in verdicts)
    lines = (f"{v.platform.name:<{width}}  {_said(v):<24}  {_broken(v)}".rstrip() for v in verdicts)
    return [_cut(printable(line), _columns()) for line in lines]


def _said(verdict: Verdict) -> str:
    return ("passes" if verdict.passes else "does not pass") + (f", {verdict.rank}" if verdict.rank else "")


def _broken(verdict: Verdict) -> str:
    """What does not pass, shortly."""
    return "; ".join(f"{f.what.split(' (')[0]} {f.measured} > {f.allowed}" if f.allowed[:1].isdigit() else f.what
                     for f in verdict.findings if f.passes is False)  # fmt: skip


def _cut(line: str, columns: int) -> str:
    return line if len(line) <= columns else line[: columns - 3] + "..."


def _columns() -> int:
    """Of the terminal; `NARROWEST` where there is none."""
    return max(shutil.get_terminal_size((NARROWEST, 24)).columns, NARROWEST)


def _table(verdict: Verdict) -> list[str]:
    columns = _columns()
    lines = [line for finding in verdict.findings for line in _row(finding, columns)]
    told = f"limits from {verdict.platform.source}, read {verdict.platform.date}"
    return [*_wrapped(f"{verdict.platform.title}: {_said(verdict)}", columns), *lines, *_wrapped(told, columns)]


def _row(finding: Finding, columns: int) -> list[str]:
    """A finding's lines: what is too long for its column goes on below, and so do why it is left and what would mend it."""
    widths = (*_WIDTHS[:1], columns - sum(_WIDTHS) - len(_WIDTHS), *_WIDTHS[1:])
    allowed = f"of {finding.allowed}" if finding.allowed[:1].isdigit() else finding.allowed
    texts = (_mark(finding), finding.what, finding.measured, allowed, finding.rank)
    cells = [_wrapped(text, width) for text, width in zip(texts, widths, strict=True)]
    lines = [
        " ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
        for row in zip_longest(*cells, fillvalue="")
    ]
    margin = " " * (_WIDTHS[0] + 1)
    told = [f"{word}: {text}" for word, text in (("why", finding.why), ("fix", finding.fix)) if text]
    return [*lines, *(f"{margin}{line}" for text in told for line in _wrapped(text, columns - len(margin)))]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(printable(text), width) or [""]


def _mark(finding: Finding) -> str:
    return "not checked" if finding.passes is None else "ok" if finding.passes else "BROKEN"
