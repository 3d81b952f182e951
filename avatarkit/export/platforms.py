"""Platform profiles: what each place an avatar goes to allows, one TOML file each in `rigs/platforms/`."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from avatarkit.data_files import platform_paths
from avatarkit.errors import InputError, unknown_name
from avatarkit.export.statistics import STATISTICS
from avatarkit.vocabulary.vrm import HUMAN_BONES

RULES: Mapping[str, str] = {
    "t-pose": "the figure rests with its arms stretched out sideways",
    "faces +Z": "the figure faces +Z",
    "faces -Z": "the figure faces -Z",
    "upright": "the figure stands upright along +Y",
    "soles on the ground": "its lowest point lies at Y = 0",
    "no animations": "the file has no animations",
    "no bone rotations": "no bone is turned at rest",
    "morphs on skinned meshes": "every mesh with morphs is skinned",
    "unique morph names": "no mesh has two morphs of one name",
    "no empty morphs": "no morph is without movement",
    "no normal maps": "no material has a normal map",
    "power of two textures": "every side of a texture is a power of two",
}
"""Name -> what must hold."""

MORPH_SETS = ("arkit", "visemes", "readyplayerme", "facs")
"""ARKit's 52; Oculus' 15; the five that Ready Player Me has beside them; Roblox's 17."""

BODIES = ("r15",)
"""Kinds of body that are cut into parts: Roblox's fifteen."""


SUFFIXES: Mapping[str, str] = {"GLB": ".glb", "VRM 1.0": ".vrm", "VRM 0.x": ".vrm", "USDZ": ".usdz"}
"""Kind of file, as `inspect` calls it -> its suffix."""


def is_usd(path: str | Path) -> bool:
    """Whether a file is a package of USD, by its name; all others are glTF."""
    return Path(path).suffix.lower() == SUFFIXES["USDZ"]


@dataclass(frozen=True)
class Ranked:
    """The most of one statistic for each rank, best rank first."""

    most: tuple[float, ...]


@dataclass(frozen=True)
class Platform:
    """One place.

    Attributes:
        name: the file's name without suffix.
        title: what people read.
        source, date: where its limits come from, and when they were read.
        formats: the kinds of file it takes, as `inspect` calls them.
        bones: human bones it needs.
        limits: statistic -> the most it allows.
        rank_names: ranks, best first; empty where it has none.
        allowed_rank: the worst that is let in.
        aimed_rank: what files are made for.
        ranks: statistic -> the most for each rank.
        rules: names in `RULES`.
        morphs: names in `MORPH_SETS`.
        meshes: names that meshes must have.
        root: name of the node above all joints, if it must have one.
        naming: family of bone names in rigs/, if it must be that one.
        body: one of `BODIES`, if it must be cut into parts.
        without: kinds of meshes that files for it do without, by the beginning of their names.
        unchecked: what it asks for besides and we cannot see.
    """

    name: str
    title: str
    source: str
    date: str
    formats: tuple[str, ...]
    bones: tuple[str, ...]
    limits: Mapping[str, float] = field(default_factory=dict)
    rank_names: tuple[str, ...] = ()
    allowed_rank: str = ""
    aimed_rank: str = ""
    ranks: Mapping[str, Ranked] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    morphs: tuple[str, ...] = ()
    meshes: tuple[str, ...] = ()
    root: str | None = None
    naming: str | None = None
    body: str | None = None
    without: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        """Of the kind of file that it likes best."""
        return SUFFIXES[self.formats[0]]

    @property
    def takes_usd_alone(self) -> bool:
        """Whether no glTF of any kind goes there."""
        return self.formats == ("USDZ",)

    def most(self, statistic: str) -> float:
        """The most of a statistic that a file made for this place has: its limit, and that of the rank aimed for."""
        limit, ranked = self.limits.get(statistic, math.inf), self.ranks.get(statistic)
        return limit if ranked is None else min(limit, ranked.most[self.rank_names.index(self.aimed_rank)])


def platform_names() -> list[str]:
    """All profiles, sorted."""
    return [path.stem for path in platform_paths()]


@cache
def load_platform(name: str) -> Platform:
    """A profile by name.

    Raises:
        UsageError: there is none of that name.
        InputError: the file is not as it should be.
    """
    paths = {path.stem: path for path in platform_paths()}
    if name not in paths:
        raise unknown_name("platform", name, paths)
    return platform_from_tables(name, _toml(paths[name]))


_TEXTS, _LISTS = ("title", "source", "date"), ("formats", "bones", "rules", "morphs", "meshes", "without", "unchecked")


def platform_from_tables(name: str, content: Mapping[str, Any]) -> Platform:
    """A profile from its file's content, checked.

    Raises:
        InputError: a missing or unknown entry, a rule, bone or statistic that does not exist.
    """
    where = f"rigs/platforms/{name}.toml"
    known = (*_TEXTS, *_LISTS, "limits", "ranks", "root", "naming", "body")
    for key in content:
        if key not in known:
            raise InputError(f"{where}: {unknown_name('entry', key, known)}")
    for key in (*_TEXTS, "formats", "bones"):
        if key not in content:
            raise InputError(f"{where}: {key!r} is missing.")
    ranks = dict(content.get("ranks", {}))
    order, allowed = tuple(ranks.pop("order", ())), ranks.pop("allowed", "")
    aimed = ranks.pop("aimed", allowed)
    for rank in (allowed, aimed):
        if ranks and rank not in order:
            raise InputError(f"{where}: {unknown_name('rank', str(rank), order)}")
    lists: dict[str, Any] = {key: tuple(content.get(key, ())) for key in _LISTS}
    if content.get("body", BODIES[0]) not in BODIES:
        raise InputError(f"{where}: {unknown_name('kind of body', str(content['body']), BODIES)}")
    _check_names(where, lists, (*content.get("limits", {}), *ranks))
    if any(len(values) != len(order) for values in ranks.values()):
        raise InputError(f"{where}: every statistic needs one value for each of the ranks {', '.join(order)}.")
    texts: dict[str, Any] = {key: str(content[key]) for key in _TEXTS}
    return Platform(
        name=name,
        limits=dict(content.get("limits", {})),
        rank_names=order,
        allowed_rank=allowed,
        aimed_rank=aimed,
        ranks={statistic: Ranked(tuple(values)) for statistic, values in ranks.items()},
        root=content.get("root"),
        naming=content.get("naming"),
        body=content.get("body"),
        **texts,
        **lists,
    )


def _check_names(where: str, lists: Mapping[str, Any], statistics: tuple[str, ...]) -> None:
    """Raise InputError for a rule, bone, set of morphs or statistic that does not exist."""
    for kind, names, all_names in (
        ("rule", lists["rules"], RULES),
        ("kind of file", lists["formats"], SUFFIXES),
        ("bone", lists["bones"], HUMAN_BONES),
        ("set of morphs", lists["morphs"], MORPH_SETS),
        ("statistic", statistics, STATISTICS),
    ):
        for one in names:
            if one not in all_names:
                raise InputError(f"{where}: {unknown_name(kind, str(one), all_names)}")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not valid TOML: {error}.") from error
