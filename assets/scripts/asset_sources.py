"""Keeps assets/SOURCES.toml: one table a file, with origin, licence, checksum and the script that makes it."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

HEADER = "# Every binary file in this folder: where it came from, under which licence, and its checksum.\n"


def record_sources(assets: Path, names: list[str], origin: str, licence: str, script: str) -> None:
    """Write or renew the entries of `names` in SOURCES.toml; those of files that are gone go too."""
    path = assets / "SOURCES.toml"
    entries = {name: entry for name, entry in tomllib.loads(path.read_text()).items() if (assets / name).is_file()}
    for name in names:
        data = (assets / name).read_bytes()
        entries[name] = {"origin": origin, "licence": licence, "made_by": script, "bytes": len(data),
                         "sha256": hashlib.sha256(data).hexdigest()}  # fmt: skip
    tables = []
    for name, entry in sorted(entries.items()):
        lines = [f"{key} = {value!r}" if isinstance(value, int) else f'{key} = "{value}"' for key, value in entry.items()]
        tables.append(f'["{name}"]\n' + "\n".join(lines) + "\n")
    path.write_text(HEADER + "\n" + "\n".join(tables))
