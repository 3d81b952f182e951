"""An avatar as a .glb, .vrm or .usdz file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from avatarkit.avatar.avatar import Avatar
from avatarkit.errors import UsageError
from avatarkit.export.adapt import adapted, without_trims
from avatarkit.export.materials import without_drawing
from avatarkit.export.platforms import SUFFIXES, Platform, load_platform
from avatarkit.export.reduction.reduce import reduced
from avatarkit.export.scene import avatar_scene
from avatarkit.export.springs import bounded_springs
from avatarkit.export.twists import with_forearm_twists
from avatarkit.export.usdz import usdz_bytes
from avatarkit.export.vrm0 import vrm0_document
from avatarkit.export.vrm1 import vrm1_document
from avatarkit.gltf.document import Document
from avatarkit.gltf.writing import document_to_glb
from avatarkit.whole_files import write_whole


def glb_document(avatar: Avatar) -> Document:
    """The avatar as plain glTF 2.0: joints named as in the rig, morph targets named in `extras.targetNames`."""
    plain = replace(avatar, materials=tuple(without_drawing(material) for material in avatar.materials))
    return avatar_scene(plain).document


def glb_bytes(avatar: Avatar) -> bytes:
    """The avatar as binary glTF 2.0."""
    return document_to_glb(glb_document(avatar))


def vrm1_bytes(avatar: Avatar) -> bytes:
    """The avatar as VRM 1.0: the same glTF with human bones, expressions, gaze, first-person hints and licence."""
    return document_to_glb(_vrm1(avatar))


def vrm0_bytes(avatar: Avatar) -> bytes:
    """The avatar as VRM 0.x, which most programs for VTubers and VRChat's converter read: the same, facing -Z."""
    return document_to_glb(vrm0_document(avatar))


def _vrm1(avatar: Avatar) -> Document:
    turning = with_forearm_twists(avatar)
    return vrm1_document(turning, avatar_scene(turning))


WRITERS: Mapping[str, Callable[[Avatar], bytes]] = {".glb": glb_bytes, ".vrm": vrm1_bytes, ".usdz": usdz_bytes}
"""What writes a file, by its suffix, where no platform asks for another kind."""

_DOCUMENTS: Mapping[str, Callable[[Avatar], Document]] = {"GLB": glb_document, "VRM 1.0": _vrm1, "VRM 0.x": vrm0_document}
"""Kind of file, as `inspect` calls it -> what makes its content."""


def check_suffix(path: str | Path, platform: str | None = None) -> Callable[[Avatar], bytes]:
    """What writes an avatar to `path` for a platform.

    Raises:
        UsageError: a suffix that is not written, or not for that platform; no such platform.
    """
    suffix = Path(path).suffix.lower()
    if platform is None:
        if suffix not in WRITERS:
            raise UsageError(f"Cannot write {Path(path).name}: an avatar is written as {', '.join(WRITERS)}.")
        return WRITERS[suffix]
    profile = load_platform(platform)
    for kind in profile.formats:
        if SUFFIXES[kind] == suffix:
            return _fitted(_DOCUMENTS[kind], profile) if kind in _DOCUMENTS else WRITERS[suffix]
    wanted = " or ".join(dict.fromkeys(SUFFIXES[kind] for kind in profile.formats))
    raise UsageError(f"Cannot write {Path(path).name}: {platform} takes {wanted}.")


def _fitted(make: Callable[[Avatar], Document], platform: Platform) -> Callable[[Avatar], bytes]:
    """What makes a file that fits a platform, of what makes a document."""

    def bytes_of(avatar: Avatar) -> bytes:
        plain = without_trims(avatar, platform.most("triangles"))
        return document_to_glb(reduced(make(adapted(bounded_springs(plain, platform), platform)), platform))

    return bytes_of


def save_avatar(avatar: Avatar, path: str | Path, platform: str | None = None) -> None:
    """Write the avatar to `path`, whole or not at all: of the kind that its suffix or the platform asks for.

    Args:
        avatar: as built.
        path: ends in .glb, .vrm or .usdz.
        platform: a profile's name; the file is reduced until it fits, as far as that can be done.

    Raises:
        UsageError: another suffix, no such platform, or a place where nothing can be written.
        MissingError: a .usdz without usd-core.
    """
    write_whole(path, check_suffix(path, platform)(avatar))
