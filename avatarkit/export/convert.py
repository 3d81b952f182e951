"""Anybody's avatar made to fit a platform: of the kind it takes, standing as it asks, and within its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from avatarkit.errors import InputError, UsageError
from avatarkit.export.hindrances import explained
from avatarkit.export.mending import STANCE_RULES, put_upright, with_root_name
from avatarkit.export.platform_check import verdict_on
from avatarkit.export.platform_rules import RULE_CHECKS, Subject
from avatarkit.export.platforms import SUFFIXES, Platform, load_platform
from avatarkit.export.reduction.human import human_bones
from avatarkit.export.reduction.reduce import reduced
from avatarkit.export.reduction.shapes import with_bone_names
from avatarkit.export.reduction.textures import without_lost_pictures
from avatarkit.export.reduction.tidy import with_sound_skins, without_extras
from avatarkit.export.verdict import Verdict
from avatarkit.export.vrm_from_gltf import vrm_of_gltf
from avatarkit.export.vrm_versions.convert import convert_vrm, refuse_if_forbidden, vrm_version
from avatarkit.gltf.document import Document
from avatarkit.gltf.reading import document_from_bytes, read_document
from avatarkit.gltf.writing import document_to_glb
from avatarkit.whole_files import write_whole

_TOO_LARGE = "too large"

_STANDING = (*STANCE_RULES, "no bone rotations", _TOO_LARGE)
"""What is mended in the figure as a whole."""

_REBUILDING = ("morphs on skinned meshes", "unique morph names", "no empty morphs")
"""Rules that hold once the meshes have been put together anew."""

_BEFORE: Mapping[str, str] = {"GLB": "GLB", "VRM 1.0": "VRM 1.0", "VRM 0.x": "VRM 1.0"}
"""What a figure is while it is put upright: VRM 0.x has no turned bones, and gets its own axes after."""

_PLAIN_NAMES = "vrm"
"""Names for the bones of a VRM that becomes plain glTF, where its own do not tell them."""


@dataclass(frozen=True)
class ConvertedAvatar:
    """An avatar file made to fit a platform, as far as this one can be made to.

    Attributes:
        document: its content.
        platform: where it goes.
        kind: "GLB", "VRM 1.0" or "VRM 0.x".
        notes: what that kind has no word for and is left out, a sentence each.
    """

    document: Document
    platform: Platform
    kind: str
    notes: tuple[str, ...] = ()

    def save(self, path: str | Path) -> Verdict:
        """Write it, whole or not at all; the verdict says what is left to mend, and why it is left.

        Args:
            path: ends in .vrm for a VRM; in .glb for plain glTF, which any avatar becomes where the platform takes it.

        Raises:
            UsageError: another suffix, or a place where nothing can be written.
        """
        data = document_to_glb(self._of_suffix(Path(path)))
        write_whole(path, data)
        written = document_from_bytes(data)
        return explained(verdict_on(Subject(written, len(data)), self.platform), written)

    def _of_suffix(self, path: Path) -> Document:
        suffix = path.suffix.lower()
        if suffix == SUFFIXES[self.kind]:
            return self.document
        if suffix == ".glb" and "GLB" in self.platform.formats:
            return _without_vrm(self.document)
        raise UsageError(f"Cannot write {path.name}: for {self.platform.name} it is a {self.kind}, {SUFFIXES[self.kind]}.")


def convert(path: str | Path, platform: str, *, with_permission: bool = False) -> ConvertedAvatar:
    """An avatar file as a platform takes it: `convert("any.vrm", "spatial").save("ok.vrm")`.

    A VRM of the other version, and plain glTF, become what the platform reads; "vrm0" and "vrm1" are platforms, too.
    Triangles, meshes, materials, textures, bones, springs and morphs become as few as the platform allows; the figure is put
    into the T-pose, turned about and set on the ground, bones, morphs and root get its names where it asks for that. Scripts
    and notes in `extras` are left out.

    Args:
        path: a .glb, .gltf or .vrm, made by anybody.
        platform: a profile's name.
        with_permission: its author has allowed changes that its licence does not.

    Raises:
        UsageError: no such platform; a licence that forbids changes, or none where a VRM has to have one.
        InputError: not glTF 2, damaged, without a surface, or nobody in it where the platform takes VRM alone.
    """
    profile, path = load_platform(platform), Path(path)
    if profile.takes_usd_alone:
        raise UsageError(f"{platform} is made of recipes alone: avatarkit build RECIPE -o OUT{profile.suffix}.")
    document = read_document(path)
    refuse_if_forbidden(document, with_permission=with_permission)
    try:
        return _converted(document, profile, with_permission=with_permission)
    except InputError as error:
        raise type(error)(f"{path.name}: {str(error).removeprefix('the rig: ')}") from error


def _converted(document: Document, platform: Platform, *, with_permission: bool) -> ConvertedAvatar:
    kind = _kind_for(document, platform)
    document, lost = without_lost_pictures(with_sound_skins(without_extras(document)))
    if kind != "GLB" and vrm_version(document) is None:
        document = vrm_of_gltf(document, with_permission=with_permission)
    bones = human_bones(document)
    made, notes = _of_kind(document, kind)
    broken = _broken(made, platform)
    if not broken.isdisjoint(_STANDING) and bones:
        document = put_upright(_of_kind(document, _BEFORE[kind])[0], broken, platform.most("longest_side_m"))
        made, more = _of_kind(document, kind)
        notes = (*notes, *more)
    naming = platform.naming or (_PLAIN_NAMES if kind == "GLB" and human_bones(made) != bones else None)
    if naming is not None and platform.body is None:
        made = with_bone_names(made, bones, naming)
    rebuilt = not broken.isdisjoint((*_REBUILDING, *_STANDING)) or bool(platform.morphs)
    made = reduced(made, platform, rebuilt=rebuilt)
    if platform.root is not None:
        made = with_root_name(made, platform.root)
    return ConvertedAvatar(made, platform, kind, tuple(dict.fromkeys((*lost, *notes))))


def _kind_for(document: Document, platform: Platform) -> str:
    """Its own kind where the platform takes that."""
    version = vrm_version(document)
    own = "GLB" if version is None else f"VRM {version}"
    return own if own in platform.formats else platform.formats[0]


def _broken(document: Document, platform: Platform) -> set[str]:
    """Rules that do not hold, and `_TOO_LARGE`."""
    subject = Subject(document, 0)
    broken = {rule for rule in platform.rules if RULE_CHECKS[rule](subject)}
    return broken | {_TOO_LARGE} if subject.statistics["longest_side_m"] > platform.most("longest_side_m") else broken


def _of_kind(document: Document, kind: str) -> tuple[Document, tuple[str, ...]]:
    """The document as another kind of file, and what had to be left out."""
    version = vrm_version(document)
    if kind == "GLB" or version is None:
        return (document if version is None else _without_vrm(document)), ()
    made = convert_vrm(document, "0.x" if kind == "VRM 0.x" else "1.0")
    return made.document, made.notes


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
