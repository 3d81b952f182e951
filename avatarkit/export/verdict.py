"""What is found of a file on a platform, limit by limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from avatarkit.export.platforms import Platform

WORSE_THAN_ALL = "Very Poor"
"""What is beyond the worst rank. Source: VRChat's performance ranking."""


@dataclass(frozen=True)
class Finding:
    """One limit.

    Attributes:
        what: what is limited, for people.
        measured, allowed: as found, and as it may be.
        passes: whether it holds; None where it was not checked.
        rank: where the platform ranks it.
        fix: what would mend it; empty where it holds.
        why: why reducing the file has not mended it, where that has been tried.
    """

    what: str
    measured: str
    allowed: str
    passes: bool | None
    rank: str = ""
    fix: str = ""
    why: str = ""


@dataclass(frozen=True)
class Verdict:
    """A file on a platform: every limit, the platform's first."""

    platform: Platform
    findings: tuple[Finding, ...]

    @property
    def passes(self) -> bool:
        """Whether no limit is broken."""
        return all(finding.passes is not False for finding in self.findings)

    @property
    def rank(self) -> str:
        """The worst of its ranks; empty where the platform has none."""
        names = (*self.platform.rank_names, WORSE_THAN_ALL)
        ranked = [names.index(finding.rank) for finding in self.findings if finding.rank]
        return names[max(ranked)] if ranked else ""

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values for JSON."""
        return {
            "platform": self.platform.name,
            "passes": self.passes,
            "rank": self.rank or None,
            "source": self.platform.source,
            "date": self.platform.date,
            "findings": [vars(finding) for finding in self.findings],
        }
