"""Whether an avatar file passes a platform's limits, limit by limit, and what would mend what does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from avatarkit.export.hindrances import explained
from avatarkit.export.inspection import container_of
from avatarkit.export.platform_rules import RULE_CHECKS, RULE_FIXES, Subject
from avatarkit.export.platforms import RULES, Platform, is_usd, load_platform, platform_names
from avatarkit.export.r15_check import r15_findings
from avatarkit.export.statistics import STATISTICS
from avatarkit.export.usdz_check import usdz_verdict
from avatarkit.export.verdict import WORSE_THAN_ALL, Finding, Verdict
from avatarkit.gltf.reading import read_document
from avatarkit.rig.naming import naming_families
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.r15 import FACE_POSES
from avatarkit.vocabulary.visemes import OCULUS_VISEMES, READY_PLAYER_ME_EXTRAS

_MORPH_SETS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "arkit": ("ARKit's morphs", ARKIT_NAMES),
    "visemes": ("Oculus' visemes", OCULUS_VISEMES),
    "readyplayerme": ("Ready Player Me's own morphs", READY_PLAYER_ME_EXTRAS),
    "facs": ("Roblox's face poses, as morphs", tuple(FACE_POSES)),
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


def check(path: str | Path, platform: str) -> Verdict:
    """Whether a file passes a platform's limits.

    Args:
        path: a .glb, .gltf, .vrm or .usdz, made by anybody.
        platform: a profile's name.

    Raises:
        UsageError: there is no such platform.
        InputError: no such file, not glTF 2 or USDZ, or damaged.
        MissingError: a .usdz without usd-core.
    """
    [verdict] = _verdicts(Path(path), [load_platform(platform)])
    return verdict


def check_made(path: str | Path, platform: str) -> Verdict:
    """The same of a file that was made for the platform: what it breaks, it breaks although all was done, and why is said.

    Raises:
        UsageError, InputError, MissingError: as `check`.
    """
    verdict = check(path, platform)
    return verdict if verdict.passes or is_usd(Path(path)) else explained(verdict, read_document(Path(path)))


def check_all(path: str | Path) -> list[Verdict]:
    """The same for every platform there is.

    Raises:
        InputError: as `check`.
    """
    return _verdicts(Path(path), [load_platform(name) for name in platform_names()])


def _verdicts(path: Path, platforms: Sequence[Platform]) -> list[Verdict]:
    if is_usd(path):
        return [usdz_verdict(path, platform) for platform in platforms]
    subject = Subject(read_document(path), path.stat().st_size, container_of(path))
    return [verdict_on(subject, platform) for platform in platforms]


def verdict_on(subject: Subject, platform: Platform) -> Verdict:
    """Whether what has been read already passes a platform's limits."""
    return Verdict(platform, tuple(_findings(platform, subject)))


def _findings(platform: Platform, subject: Subject) -> Iterator[Finding]:
    yield _format(platform, subject)
    if platform.bones:
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
    if platform.body is not None:
        yield from r15_findings(subject.document)
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
