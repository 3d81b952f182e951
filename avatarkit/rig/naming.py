"""Which joint is which human bone, told by its name: one table per naming family in rigs/."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from avatarkit.data_files import rig_paths
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS, REQUIRED_BONES

_SEPARATORS = re.compile(r"[\s_.:|\-]+")


@dataclass(frozen=True)
class NamingFamily:
    """The bone names of one family of rigs.

    Attributes:
        name: the family's, the same as its file's.
        prefixes: what may stand before every name; one rig uses one of them.
        requires: names without which a rig is not of this family.
        bones: human bone -> its names, the likeliest first, without a prefix.
        source: where the names are from.
    """

    name: str
    prefixes: tuple[str, ...]
    requires: tuple[str, ...]
    bones: Mapping[str, tuple[str, ...]]
    source: str


@dataclass(frozen=True)
class NamedBones:
    """A skeleton's human bones as a family of names tells them: human bone -> joint index."""

    family: str
    joints: Mapping[str, int]


@cache
def naming_families() -> tuple[NamingFamily, ...]:
    """All families in rigs/, sorted by name."""
    return tuple(_load_family(path) for path in rig_paths())


def canonical_name(name: str) -> str:
    """A bone's name as it is compared: lower case, without separators ("DEF-upper_arm.L" and "def upper arm l" are one)."""
    return _SEPARATORS.sub("", name).lower()


def name_human_bones(names: Sequence[str], parents: Sequence[int]) -> NamedBones | None:
    """Find the human bones of a skeleton by their names.

    Args:
        names: joint names; of equal ones the first counts.
        parents: index of each joint's parent, -1 for a root; in any order, without rings.

    Returns:
        the family that names most of the bones, or None when no family names all of VRM's 15 required ones. Every bone in it
        lies below the bones that it hangs from in a body.
    """
    joints: dict[str, int] = {}
    for index, name in enumerate(names):
        joints.setdefault(canonical_name(name), index)
    found = [(family, _attached(bones, parents)) for family in naming_families() for bones in _matches(family, joints)]
    whole = [(family, bones) for family, bones in found if all(bone in bones for bone in REQUIRED_BONES)]
    if not whole:
        return None
    family, bones = max(whole, key=lambda match: (len(match[0].requires), len(match[1])))
    return NamedBones(family.name, bones)


def _load_family(path: Path) -> NamingFamily:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return NamingFamily(
        name=path.stem,
        prefixes=tuple(table["prefixes"]),
        requires=tuple(table.get("requires", ())),
        bones=dict(_expanded(table["bones"], table["sides"])),
        source=table["source"],
    )


def _expanded(bones: Mapping[str, list[str]], sides: Mapping[str, list[str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The table's rows with left and right in the place of {side}."""
    for bone, names in bones.items():
        if "{side}" not in bone:
            yield bone, tuple(names)
            continue
        for side, words in sides.items():
            yield bone.replace("{side}", side), tuple(n.replace("{side}", word) for n, word in product(names, words))


def _matches(family: NamingFamily, joints: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """For each prefix, the bones whose names are there; nothing unless all that the family requires is there."""
    for prefix in family.prefixes:
        if not all(canonical_name(prefix + name) in joints for name in family.requires):
            continue
        named = {bone: [canonical_name(prefix + name) for name in names] for bone, names in family.bones.items()}
        yield {
            bone: joints[next(name for name in names if name in joints)]
            for bone, names in named.items()
            if any(name in joints for name in names)
        }


def _attached(bones: Mapping[str, int], parents: Sequence[int]) -> dict[str, int]:
    """The bones that hang, directly or not, from the nearest bone that a body has above them."""
    kept: dict[str, int] = {}
    for bone in HUMAN_BONE_PARENTS:
        if bone in bones:
            above = next((kept[upper] for upper in _bones_above(bone) if upper in kept), None)
            if above is None or above in _joints_above(bones[bone], parents):
                kept[bone] = bones[bone]
    return kept


def _bones_above(bone: str) -> Iterator[str]:
    parent = HUMAN_BONE_PARENTS[bone]
    while parent is not None:
        yield parent
        parent = HUMAN_BONE_PARENTS[parent]


def _joints_above(joint: int, parents: Sequence[int]) -> Iterator[int]:
    while parents[joint] >= 0:
        joint = parents[joint]
        yield joint
