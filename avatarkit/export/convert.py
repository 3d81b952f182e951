"""Anybody's avatar file made to fit a platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from avatarkit.errors import InputError, UsageError
from avatarkit.export.platform_check import Verdict, check
from avatarkit.export.platforms import RULES, Platform, load_platform
from avatarkit.export.reduction.human import human_bones
from avatarkit.export.reduction.reduce import reduced
from avatarkit.export.reduction.shapes import in_t_pose, with_bone_names
from avatarkit.export.vrm_versions.convert import convert_vrm, refuse_if_forbidden
from avatarkit.gltf.document import Document
from avatarkit.gltf.reading import read_document
from avatarkit.gltf.vrm import read_vrm
from avatarkit.gltf.writing import document_to_glb
from avatarkit.whole_files import write_whole

_SUFFIXES: Mapping[str, str] = {"GLB": ".glb", "VRM 1.0": ".vrm", "VRM 0.x": ".vrm"}
"""Kind of file -> its suffix."""

_REBUILDING = ("t-pose", "no bone rotations", "morphs on skinned meshes", "unique morph names", "no empty morphs")
"""Rules that hold once the meshes have been put together anew."""


def convert(source: str | Path, target: str | Path, platform: str, *, with_permission: bool = False) -> Verdict:
    """Write a file that fits a platform, as far as this one can be made to; the verdict says what is left.

    Triangles, meshes, materials, textures, bones, springs and morphs become as few as the platform allows, the arms are brought
    into the T-pose and bones and morphs get its names where it asks for that. Scripts and notes in `extras` are left out.

    Args:
        source: a .glb, .gltf or .vrm, made by anybody.
        target: ends as the platform wants it: .glb or .vrm.
        platform: a profile's name.
        with_permission: its author has allowed changes that its licence does not.

    Returns:
        what `check` says about the file written.

    Raises:
        UsageError: no such platform, another suffix, a licence that forbids changes, or a place where nothing can be written.
        InputError: not glTF 2, damaged, or without a surface.
    """
    profile, source = load_platform(platform), Path(source)
    kinds = _check_suffix(target, profile)
    document = read_document(source)
    refuse_if_forbidden(document, with_permission=with_permission)
    try:
        write_whole(target, document_to_glb(_fitted(document, source, profile, kinds)))
    except InputError as error:
        raise InputError(f"{source.name}: {error}") from error
    return check(target, platform)


def _check_suffix(target: str | Path, platform: Platform) -> list[str]:
    """The kinds of file that the platform takes under this suffix."""
    kinds = [kind for kind in platform.formats if _SUFFIXES[kind] == Path(target).suffix.lower()]
    if not kinds:
        wanted = " or ".join(dict.fromkeys(_SUFFIXES[kind] for kind in platform.formats))
        raise UsageError(f"Cannot write {Path(target).name}: {platform.name} takes {wanted}.")
    return kinds


def _fitted(document: Document, source: Path, platform: Platform, kinds: list[str]) -> Document:
    broken = {finding.what for finding in check(source, platform.name).findings if finding.passes is False}
    if RULES["t-pose"] in broken:
        document = in_t_pose(document, source)
    if platform.naming is not None:
        document = with_bone_names(document, human_bones(document), platform.naming)
    rebuilt = any(RULES[rule] in broken for rule in _REBUILDING if rule in platform.rules)
    document = _of_kind(document, kinds)
    return reduced(document, platform, rebuilt=rebuilt or bool(platform.morphs))


def _of_kind(document: Document, kinds: list[str]) -> Document:
    """The document as the kind of file that is wanted, if it can be made one: a licence cannot be made up for a VRM."""
    vrm = read_vrm(document)
    if vrm is None or vrm.format in kinds:
        return document
    if kinds == ["GLB"]:
        return _without_vrm(document)
    return convert_vrm(document, "0.x" if kinds[0] == "VRM 0.x" else "1.0").document


def _without_vrm(document: Document) -> Document:
    """Plain glTF: what VRM adds is left out."""
    kept = {name: value for name, value in document.extensions.items() if not _is_vrm(name)}
    return replace(
        document,
        extensions=kept,
        extensions_used=tuple(name for name in document.extensions_used if not _is_vrm(name)),
        extensions_required=tuple(name for name in document.extensions_required if not _is_vrm(name)),
        nodes=tuple(replace(node, extensions=_plain(node.extensions)) for node in document.nodes),
        materials=tuple(replace(one, extensions=_plain(one.extensions)) for one in document.materials),
    )


def _plain(extensions: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in extensions.items() if not _is_vrm(name)}


def _is_vrm(name: str) -> bool:
    return name == "VRM" or name.startswith("VRMC_")
