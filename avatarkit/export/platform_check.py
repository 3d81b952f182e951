"""Whether an avatar file passes a platform's limits, limit by limit, and what would mend what does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avatarkit.export.inspection import container_of
from avatarkit.export.platform_rules import RULE_CHECKS, RULE_FIXES, Subject
from avatarkit.export.platforms import RULES, Platform, load_platform, platform_names
from avatarkit.export.statistics import STATISTICS
from avatarkit.gltf.reading import read_document
from avatarkit.rig.naming import naming_families
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.visemes import OCULUS_VISEMES, READY_PLAYER_ME_EXTRAS

WORSE_THAN_ALL = "Very Poor"
"""What is beyond the worst rank. Source: VRChat's performance ranking."""

_MORPH_SETS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "arkit": ("ARKit's morphs", ARKIT_NAMES),
    "visemes": ("Oculus' visemes", OCULUS_VISEMES),
    "readyplayerme": ("Ready Player Me's own morphs", READY_PLAYER_ME_EXTRAS),
}

_FIXES: Mapping[str, str] = {
    "megabytes": "smaller textures, or JPEG in place of PNG",
    "triangles": "a coarser level of detail",
    "vertices": "a coarser level of detail",
    "nodes": "fewer bones: those without a human name folded into their parents",
    "meshes": "meshes of one skin merged",
    "skinned_meshes": "meshes of one skin merged",
    "slots": "materials merged into one texture atlas",
    "materials": "materials merged into one texture atlas",
    "joints": "fewer bones: twist and end bones folded into their parents",
    "influences": "the weakest weights of each vertex dropped",
    "morphs": "morphs that are not asked for left out",
    "images": "textures merged into one atlas",
    "texture_side": "textures at half or a quarter of their size",
    "texture_pixels": "textures at half or a quarter of their size",
    "texture_megabytes": "textures at half or a quarter of their size",
    "spring_chains": "fewer strands that swing",
    "spring_joints": "shorter chains that swing",
    "spring_colliders": "fewer colliders",
    "longest_side_m": "a smaller figure",
}


@dataclass(frozen=True)
class Finding:
    """One limit.

    Attributes:
        what: what is limited, for people.
        measured, allowed: as found, and as it may be.
        passes: whether it holds; None where it was not checked.
        rank: where the platform ranks it.
        fix: what would mend it; empty where it holds.
    """

    what: str
    measured: str
    allowed: str
    passes: bool | None
    rank: str = ""
    fix: str = ""


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


def check(path: str | Path, platform: str) -> Verdict:
    """Whether a file passes a platform's limits.

    Args:
        path: a .glb, .gltf or .vrm, made by anybody.
        platform: a profile's name.

    Raises:
        UsageError: there is no such platform.
        InputError: no such file, not glTF 2, or damaged.
    """
    profile = load_platform(platform)
    return verdict_on(_subject(Path(path)), profile)


def check_all(path: str | Path) -> list[Verdict]:
    """The same for every platform there is.

    Raises:
        InputError: as `check`.
    """
    subject = _subject(Path(path))
    return [verdict_on(subject, load_platform(name)) for name in platform_names()]


def _subject(path: Path) -> Subject:
    return Subject(read_document(path), path.stat().st_size, container_of(path))


def verdict_on(subject: Subject, platform: Platform) -> Verdict:
    """Whether what has been read already passes a platform's limits."""
    return Verdict(platform, tuple(_findings(platform, subject)))


def _findings(platform: Platform, subject: Subject) -> Iterator[Finding]:
    yield _format(platform, subject)
    yield _bones(platform, subject)
    for statistic in STATISTICS:
        if statistic in platform.ranks:
            yield _ranked(platform, statistic, subject.statistics[statistic])
        if statistic in platform.limits:
            yield _limited(platform, statistic, subject.statistics[statistic])
    for rule in platform.rules:
        yield _rule(rule, subject)
    for name in platform.morphs:
        yield _morph_set(name, subject)
    yield from _names(platform, subject)
    for text in platform.unchecked:
        yield Finding(text, "", "", None)


def _format(platform: Platform, subject: Subject) -> Finding:
    form, wanted = subject.inspection.format, " or ".join(platform.formats)
    passes = form in platform.formats
    return Finding("kind of file", form, wanted, passes, fix="" if passes else f"saved as {platform.formats[0]}")


def _bones(platform: Platform, subject: Subject) -> Finding:
    missing = [bone for bone in platform.bones if bone not in subject.inspection.human_bones]
    found = f"{len(platform.bones) - len(missing)} of {len(platform.bones)}"
    lacking = f"{found}, without {', '.join(missing[:6])}{' ...' if len(missing) > 6 else ''}" if missing else found
    return Finding("human bones", lacking, "all", not missing, fix="a skeleton with the missing bones" if missing else "")


def _ranked(platform: Platform, statistic: str, value: float) -> Finding:
    most, names = platform.ranks[statistic].most, platform.rank_names
    rank = next((name for name, limit in zip(names, most, strict=True) if value <= limit), WORSE_THAN_ALL)
    allowed = most[names.index(platform.allowed_rank)]
    passes = value <= allowed
    return Finding(STATISTICS[statistic], _text(value), _text(allowed), passes, rank, "" if passes else _FIXES[statistic])


def _limited(platform: Platform, statistic: str, value: float) -> Finding:
    allowed = platform.limits[statistic]
    passes = value <= allowed
    return Finding(STATISTICS[statistic], _text(value), _text(allowed), passes, fix="" if passes else _FIXES[statistic])


def _text(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _rule(rule: str, subject: Subject) -> Finding:
    broken = RULE_CHECKS[rule](subject)
    if broken is None:
        return Finding(RULES[rule], "no figure found", "", None)
    return Finding(RULES[rule], broken or "yes", "yes", not broken, fix="" if not broken else RULE_FIXES[rule])


def _morph_set(name: str, subject: Subject) -> Finding:
    what, wanted = _MORPH_SETS[name]
    missing = [morph for morph in wanted if morph not in subject.morphs]
    found = f"{len(wanted) - len(missing)} of {len(wanted)}"
    return Finding(what, found, "all", not missing, fix="derived from ARKit's" if missing else "")


def _names(platform: Platform, subject: Subject) -> Iterator[Finding]:
    document = subject.document
    if (root := platform.root) is not None:
        there = any(node.name == root and node.children for node in document.nodes)
        found = "there" if there else "not there"
        yield Finding("node above all joints", found, root, there, fix="" if there else f"called {root}")
    if platform.naming is not None:
        yield _bone_names(platform.naming, subject.inspection.human_bones)
    if platform.meshes:
        known = {mesh.name for mesh in document.meshes} | {node.name for node in document.nodes if node.mesh is not None}
        missing = [name for name in platform.meshes if name not in known]
        found = f"without {', '.join(missing)}" if missing else "all"
        yield Finding("names of meshes", found, ", ".join(platform.meshes), not missing, fix="renamed" if missing else "")


def _bone_names(family: str, bones: Mapping[str, str]) -> Finding:
    """Whether every human bone is called what a family calls it."""
    table = next(known for known in naming_families() if known.name == family)
    known = {bone: name for bone, name in bones.items() if bone in table.bones}
    other = [
        name for bone, name in known.items() if not any(name in (p + n for n in table.bones[bone]) for p in table.prefixes)
    ]
    found = f"{len(known) - len(other)} of {len(known)}" + (f", not {', '.join(other[:3])}" if other else "")
    passes = bool(known) and not other
    return Finding(f"bones named as {family} has them", found, "all", passes, fix="" if passes else "renamed")
