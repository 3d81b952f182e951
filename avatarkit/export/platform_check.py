"""Whether an avatar file passes a platform's limits, limit by limit, and what would mend what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from avatarkit.errors import InputError
from avatarkit.export.inspection import Inspection, inspect_file
from avatarkit.export.platforms import RULES, Platform, load_platform, platform_names
from avatarkit.export.statistics import STATISTICS, measure
from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Document
from avatarkit.gltf.image_size import image_size
from avatarkit.gltf.reading import read_document
from avatarkit.rig.load_rig import load_rig
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.visemes import OCULUS_VISEMES, READY_PLAYER_ME_EXTRAS

WORSE_THAN_ALL = "Very Poor"
"""What is beyond the worst rank. Source: VRChat's performance ranking."""

T_POSE_DEG = 12.0
"""How far an upper arm may hang below or stand above the horizontal and still be stretched out sideways."""

SOLES_M = 0.02
"""How far from Y = 0 the lowest point may lie; heels and thick soles have so much."""

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
    return _verdict(profile, _Subject(Path(path)))


def check_all(path: str | Path) -> list[Verdict]:
    """The same for every platform there is.

    Raises:
        InputError: as `check`.
    """
    subject = _Subject(Path(path))
    return [_verdict(load_platform(name), subject) for name in platform_names()]


class _Subject:
    """A file, and what is found out about it when it is first asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.document: Document = read_document(path)
        self.inspection: Inspection = inspect_file(path)

    @cached_property
    def statistics(self) -> dict[str, float]:
        return measure(self.document, self.inspection.bytes)

    @cached_property
    def rig(self) -> HumanoidRig | None:
        try:
            return load_rig(self.path)
        except InputError:  # nobody is in it; the missing bones say so
            return None

    @cached_property
    def morphs(self) -> set[str]:
        return {name for mesh in self.document.meshes for name in mesh.target_names}


def _verdict(platform: Platform, subject: _Subject) -> Verdict:
    return Verdict(platform, tuple(_findings(platform, subject)))


def _findings(platform: Platform, subject: _Subject) -> Iterator[Finding]:
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


def _format(platform: Platform, subject: _Subject) -> Finding:
    form, wanted = subject.inspection.format, " or ".join(platform.formats)
    passes = form in platform.formats
    return Finding("kind of file", form, wanted, passes, fix="" if passes else f"saved as {platform.formats[0]}")


def _bones(platform: Platform, subject: _Subject) -> Finding:
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


def _rule(rule: str, subject: _Subject) -> Finding:
    broken = _RULE_CHECKS[rule](subject)
    if broken is None:
        return Finding(RULES[rule], "no figure found", "", None)
    return Finding(RULES[rule], broken or "yes", "yes", not broken, fix="" if not broken else _RULE_FIXES.get(rule, ""))


def _morph_set(name: str, subject: _Subject) -> Finding:
    what, wanted = _MORPH_SETS[name]
    missing = [morph for morph in wanted if morph not in subject.morphs]
    found = f"{len(wanted) - len(missing)} of {len(wanted)}"
    return Finding(what, found, "all", not missing, fix="derived from ARKit's" if missing else "")


def _names(platform: Platform, subject: _Subject) -> Iterator[Finding]:
    document = subject.document
    if (root := platform.root) is not None:
        there = any(node.name == root and node.children for node in document.nodes)
        found = "there" if there else "not there"
        yield Finding("node above all joints", found, root, there, fix="" if there else f"called {root}")
    if (wanted := platform.naming) is not None:
        families = (subject.inspection.naming or "none", subject.rig.family if subject.rig else "none")
        passes = wanted in families
        yield Finding("names of bones", families[0], wanted, passes, fix="" if passes else f"renamed as {wanted} has them")
    if platform.meshes:
        known = {mesh.name for mesh in document.meshes} | {node.name for node in document.nodes if node.mesh is not None}
        missing = [name for name in platform.meshes if name not in known]
        found = f"without {', '.join(missing)}" if missing else "all"
        yield Finding("names of meshes", found, ", ".join(platform.meshes), not missing, fix="renamed" if missing else "")


def _t_pose(subject: _Subject) -> str | None:
    """Empty where the arms are stretched out sideways, else how they are."""
    rig = subject.rig
    if rig is None:
        return None
    positions = quaternions.rotate(rig.to_canonical, rig.skeleton.rest_world[0])
    worst = 0.0
    for side in ("left", "right"):
        along = positions[rig.human_bones[f"{side}LowerArm"]] - positions[rig.human_bones[f"{side}UpperArm"]]
        across = abs(float(along[0])) / max(float(np.linalg.norm(along)), 1e-9)
        worst = max(worst, float(np.degrees(np.arccos(np.clip(across, 0.0, 1.0)))))
    return "" if worst <= T_POSE_DEG else f"an upper arm is {worst:.0f} degrees away from it"


def _faces(forward: float) -> Callable[[_Subject], str | None]:
    def check_facing(subject: _Subject) -> str | None:
        if subject.rig is None:
            return None
        ahead = quaternions.rotate(quaternions.inverse(subject.rig.to_canonical), np.array([0.0, 0.0, 1.0]))
        axis = int(np.argmax(np.abs(ahead)))
        return "" if axis == 2 and ahead[2] * forward > 0 else f"it faces {'+' if ahead[axis] > 0 else '-'}{'XYZ'[axis]}"

    return check_facing


def _soles(subject: _Subject) -> str | None:
    lowest = [part.attributes["POSITION"][:, 1].min() for mesh in subject.document.meshes for part in mesh.primitives
              if part.vertex_count]  # fmt: skip
    if not lowest:
        return None
    height = float(min(lowest))
    return "" if abs(height) <= SOLES_M else f"it lies at {height:.2f} m"


def _animations(subject: _Subject) -> str:
    count = len(subject.document.animations)
    return f"{count} animations" if count else ""


def _turned_bones(subject: _Subject) -> str | None:
    if subject.rig is None:
        return None
    joints = list(subject.rig.human_bones.values())
    turned = np.abs(subject.rig.skeleton.rest_rotations[joints][:, :3]).max(axis=1) > 1e-3
    return f"{int(turned.sum())} are" if turned.any() else ""


def _unskinned_morphs(subject: _Subject) -> str:
    document = subject.document
    loose = [node.name for node in document.nodes
             if node.mesh is not None and node.skin is None and document.meshes[node.mesh].target_names]  # fmt: skip
    return f"not {', '.join(loose[:3])}" if loose else ""


def _same_names(subject: _Subject) -> str:
    twice = [mesh.name for mesh in subject.document.meshes if len(set(mesh.target_names)) < len(mesh.target_names)]
    return f"{', '.join(twice[:3])} has" if twice else ""


def _empty_morphs(subject: _Subject) -> str:
    """Morphs that move nothing in any piece of their mesh, which Unity deletes."""
    empty = []
    for mesh in subject.document.meshes:
        for number, name in enumerate(mesh.target_names):
            parts = [part.targets[number] for part in mesh.primitives if number < len(part.targets)]
            if not any(rows.values.any() for target in parts for rows in target.values()):
                empty.append(name)
    return f"{len(empty)} are, such as {empty[0]}" if empty else ""


def _normal_maps(subject: _Subject) -> str:
    count = sum(material.normal_texture is not None for material in subject.document.materials)
    return f"{count} have one" if count else ""


def _odd_sides(subject: _Subject) -> str:
    sizes = [size for image in subject.document.images if (size := image_size(image.data))]
    odd = [size for size in sizes if any(side & (side - 1) for side in size)]
    return f"{len(odd)} are not, such as {odd[0][0]}x{odd[0][1]}" if odd else ""


_RULE_CHECKS: Mapping[str, Callable[[_Subject], str | None]] = {
    "t-pose": _t_pose,
    "faces +Z": _faces(1.0),
    "faces -Z": _faces(-1.0),
    "soles on the ground": _soles,
    "no animations": _animations,
    "no bone rotations": _turned_bones,
    "morphs on skinned meshes": _unskinned_morphs,
    "unique morph names": _same_names,
    "no empty morphs": _empty_morphs,
    "no normal maps": _normal_maps,
    "power of two textures": _odd_sides,
}
"""Each says what breaks the rule: nothing where it holds, None where that cannot be told."""

_RULE_FIXES: Mapping[str, str] = {
    "t-pose": "the T-pose baked into the rest pose",
    "faces +Z": "the figure turned about",
    "faces -Z": "the figure turned about",
    "soles on the ground": "the figure moved up or down",
    "no animations": "saved without them",
    "no bone rotations": "turns baked into the meshes",
    "morphs on skinned meshes": "meshes bound to the skeleton",
    "unique morph names": "morphs renamed",
    "no empty morphs": "left out, or given a touch of movement",
    "no normal maps": "saved without them",
    "power of two textures": "textures scaled",
}
