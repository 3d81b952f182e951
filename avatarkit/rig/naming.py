"""Which joint is which human bone, told by its name: one table per naming family in rigs/."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

from avatarkit.data_files import rig_paths
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS, REQUIRED_BONES

_SEPARATORS = re.compile(r"[\s_.:|/#()\[\]\-]+")
_COUNTED = re.compile(r"_\d+$")

LONGEST_NAME = 120
"""Letters of a name that are looked at."""

MOST_PREFIXES = 12
"""Prefixes of one file that are tried: characters, namespaces, objects named like a hip."""

COUNTED_SHARE = 0.9
"""Some exporters number every node ("Hips_03"); a few numbers belong to the names themselves ("spine_01")."""


@dataclass(frozen=True)
class NamingFamily:
    """The bone names of one family of rigs.

    Attributes:
        name: the family's, the same as its file's.
        prefixes: what usually stands before every name; one rig uses one of them, or any other before the hips' name.
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
    """A bone's name as it is compared: lower case, no separators ("DEF-upper_arm.L" and "def upper arm l" are one)."""
    return _canonical(name[:LONGEST_NAME])


@lru_cache(maxsize=8192)
def _canonical(name: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name)).casefold()


def name_human_bones(names: Sequence[str], parents: Sequence[int], likely: Sequence[bool] = ()) -> NamedBones | None:
    """Find the human bones of a skeleton by the tables of names.

    Args:
        names: joint names, possibly empty.
        parents: index of each joint's parent, -1 for a root; in any order, without rings.
        likely: per joint, whether it is one in earnest (a skin uses it): of equal names it goes first.

    Returns:
        the family that names most of the bones, or None when no family names all of VRM's 15 required ones. Every bone in it
        lies below the bones that it hangs from in a body, or hangs on nothing human at all.
    """
    found = list(_all_matches(names, parents, likely))
    whole = [(family, bones) for family, bones in found if all(bone in bones for bone in REQUIRED_BONES)]
    if not whole:
        return None
    family, bones = max(whole, key=lambda match: (len(match[0].requires), len(match[1])))
    return NamedBones(family.name, bones)


def best_partial(names: Sequence[str], parents: Sequence[int], likely: Sequence[bool] = ()) -> Mapping[str, int]:
    """The bones that the family tells which tells most of the required ones: what a message of failure speaks of."""
    found = [bones for _, bones in _all_matches(names, parents, likely)]
    return max(found, key=lambda bones: sum(bone in bones for bone in REQUIRED_BONES), default={})


def _all_matches(
    names: Sequence[str], parents: Sequence[int], likely: Sequence[bool]
) -> Iterator[tuple[NamingFamily, dict[str, int]]]:
    joints = _by_name(names, likely)
    for family in naming_families():
        for bones in _matches(family, joints):
            yield family, attached(bones, parents)


def attached(bones: Mapping[str, int], parents: Sequence[int]) -> dict[str, int]:
    """Those of the bones that hang from the nearest bone that a body has above them.

    A bone that lies on another branch stays if what is above it is none of the others' limbs: feet that stand on their own and
    are moved by a solver, limbs of a rig with several roots.
    """
    kept: dict[str, int] = {}
    named = set(bones.values())
    for bone in HUMAN_BONE_PARENTS:
        if bone not in bones:
            continue
        chain = [kept[upper] for upper in bones_above(bone) if upper in kept]
        above = list(joints_above(bones[bone], parents))
        nearest = next((joint for joint in above if joint in named), None)
        if not chain or chain[0] in above or nearest is None or nearest in chain:
            kept[bone] = bones[bone]
    return kept


def bones_above(bone: str) -> Iterator[str]:
    """The human bones from which `bone` hangs, the nearest first."""
    parent = HUMAN_BONE_PARENTS[bone]
    while parent is not None:
        yield parent
        parent = HUMAN_BONE_PARENTS[parent]


def joints_above(joint: int, parents: Sequence[int]) -> Iterator[int]:
    """The joints from which `joint` hangs, the nearest first."""
    while parents[joint] >= 0:
        joint = parents[joint]
        yield joint


def without_counters(names: Sequence[str]) -> tuple[str, ...]:
    """The names without the number that an exporter has put behind nearly all of them."""
    counted = sum(bool(_COUNTED.search(name)) for name in names if name)
    numbered = counted > COUNTED_SHARE * sum(bool(name) for name in names)
    return tuple(_COUNTED.sub("", name) for name in names) if numbered else tuple(names)


def _by_name(names: Sequence[str], likely: Sequence[bool]) -> dict[str, int]:
    """Canonical name -> joint, the first likely one of equal names."""
    plain = without_counters(names)
    order = sorted(range(len(plain)), key=lambda joint: not likely[joint]) if likely else range(len(plain))
    joints: dict[str, int] = {}
    for joint in order:
        joints.setdefault(canonical_name(plain[joint]), joint)
    joints.pop("", None)
    return joints


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
    """For each prefix and each joint that may be the hips, the bones that are there; nothing unless all that is required is."""
    for prefix in _prefixes(family, joints):
        if not all(prefix + canonical_name(name) in joints for name in family.requires):
            continue
        named = {
            bone: [joints[prefix + name] for name in map(canonical_name, names) if prefix + name in joints]
            for bone, names in family.bones.items()
        }
        for hips in named["hips"]:
            yield _first_free(named, hips)


def _prefixes(family: NamingFamily, joints: Mapping[str, int]) -> tuple[str, ...]:
    """What may stand before this family's names: the usual, and whatever stands before the hips."""
    found = [canonical_name(prefix) for prefix in family.prefixes]
    for hips in map(canonical_name, family.bones["hips"]):
        found += [name.removesuffix(hips) for name in joints if name.endswith(hips)][:MOST_PREFIXES]
    return tuple(dict.fromkeys(found))[:MOST_PREFIXES]


def _first_free(named: Mapping[str, Sequence[int]], hips: int) -> dict[str, int]:
    """Each bone's likeliest joint that no bone before it has taken."""
    bones = {"hips": hips}
    for bone in HUMAN_BONE_PARENTS:
        free = [joint for joint in named.get(bone, ()) if joint not in bones.values()]
        if free and bone != "hips":
            bones[bone] = free[0]
    return bones
