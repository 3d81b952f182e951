"""`avatarkit check`: whether a file passes a platform's limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from avatarkit.cli.targets import check_targets
from avatarkit.cli.text import printable
from avatarkit.errors import UsageError

if TYPE_CHECKING:
    from avatarkit.export.platform_check import Finding, Verdict

EXIT_BROKEN = 1
"""A limit is broken. Source: the project's contract."""


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .glb, .gltf or .vrm, made by anybody.")],
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

    With --fix the verdict is that of the mended file.
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
        typer.echo("\n".join(_overview(verdicts)) if all_platforms else "\n".join(_table(verdicts[0])))
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
    return [f"{v.platform.name:<{width}}  {_said(v):<22}  {_broken(v)}".rstrip() for v in verdicts]


def _said(verdict: Verdict) -> str:
    return ("passes" if verdict.passes else "does not pass") + (f", {verdict.rank}" if verdict.rank else "")


def _broken(verdict: Verdict) -> str:
    """What does not pass, shortly."""
    return "; ".join(f"{f.what.split(' (')[0]} {f.measured} > {f.allowed}" if f.allowed[:1].isdigit() else f.what
                     for f in verdict.findings if f.passes is False)  # fmt: skip


def _table(verdict: Verdict) -> list[str]:
    widths = [max(len(text(finding)) for finding in verdict.findings) for text in (_what, _measured, _allowed)]
    rows = [
        f"{_mark(f):<11}  {_what(f):<{widths[0]}}  {_measured(f):<{widths[1]}}  {_allowed(f):<{widths[2]}}  {_last(f)}".rstrip()
        for f in verdict.findings
    ]
    head = f"{verdict.platform.title}: {_said(verdict)}"
    return [head, *(printable(row) for row in rows), f"limits from {verdict.platform.source}, read {verdict.platform.date}"]


def _mark(finding: Finding) -> str:
    return "not checked" if finding.passes is None else "ok" if finding.passes else "BROKEN"


def _what(finding: Finding) -> str:
    return finding.what


def _measured(finding: Finding) -> str:
    return finding.measured


def _allowed(finding: Finding) -> str:
    return f"of {finding.allowed}" if finding.allowed[:1].isdigit() else finding.allowed if len(finding.allowed) < 24 else ""


def _last(finding: Finding) -> str:
    return "  ".join(text for text in (finding.rank, f"fix: {finding.fix}" if finding.fix else "") if text)
