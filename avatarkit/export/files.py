"""An avatar as a .glb, .vrm or .usdz file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from avatarkit.avatar.avatar import Avatar
from avatarkit.errors import UsageError
from avatarkit.export.adapt import adapted
from avatarkit.export.materials import without_drawing
from avatarkit.export.platforms import load_platform
from avatarkit.export.reduction.reduce import reduced
from avatarkit.export.scene import avatar_scene
from avatarkit.export.springs import bounded_springs
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


<<<<<<< HEAD
def _vrm1(avatar: Avatar) -> Document:
    return vrm1_document(avatar, avatar_scene(avatar))


WRITERS: Mapping[str, Callable[[Avatar], bytes]] = {".glb": glb_bytes, ".vrm": vrm1_bytes}
"""What makes a file, by its suffix, where no platform asks for another kind."""
=======
WRITERS: Mapping[str, Callable[[Avatar], bytes]] = {".glb": glb_bytes, ".vrm": vrm1_bytes, ".usdz": usdz_bytes}
"""What writes a file, by its suffix, where no platform asks for another kind."""
>>>>>>> main

FORMATS: Mapping[str, tuple[str, Callable[[Avatar], Document]]] = {
    "GLB": (".glb", glb_document),
    "VRM 1.0": (".vrm", _vrm1),
    "VRM 0.x": (".vrm", vrm0_document),
}
"""Kind of file, as `inspect` calls it -> its suffix and what makes its content."""


def check_suffix(path: str | Path, platform: str | None = None) -> Callable[[Avatar], Document]:
    """What makes the content of an avatar file at `path` for a platform.

    Raises:
        UsageError: a suffix that is not written, or not for that platform; no such platform.
    """
    suffix = Path(path).suffix.lower()
    if platform is None:
        if suffix not in WRITERS:
<<<<<<< HEAD
            raise UsageError(f"Cannot write {Path(path).name}: an avatar is written as {' or '.join(WRITERS)}.")
        return glb_document if suffix == ".glb" else _vrm1
=======
            raise UsageError(f"Cannot write {Path(path).name}: an avatar is written as {', '.join(WRITERS)}.")
        return WRITERS[suffix]
>>>>>>> main
    for kind in load_platform(platform).formats:
        if FORMATS[kind][0] == suffix:
            return FORMATS[kind][1]
    wanted = " or ".join(dict.fromkeys(FORMATS[kind][0] for kind in load_platform(platform).formats))
    raise UsageError(f"Cannot write {Path(path).name}: {platform} takes {wanted}.")


def save_avatar(avatar: Avatar, path: str | Path, platform: str | None = None) -> None:
    """Write the avatar to `path`, whole or not at all: of the kind that its suffix or the platform asks for.

    Args:
        avatar: as built.
<<<<<<< HEAD
        path: ends in .glb or .vrm.
        platform: a profile's name; the file is reduced until it fits, as far as that can be done.
=======
        path: ends in .glb, .vrm or .usdz.
        platform: a profile's name; `check` says what else it asks for.
>>>>>>> main

    Raises:
        UsageError: another suffix, no such platform, or a place where nothing can be written.
        MissingError: a .usdz without usd-core.
    """
    make = check_suffix(path, platform)
    if platform is None:
        write_whole(path, document_to_glb(make(avatar)))
        return
    profile = load_platform(platform)
    document = make(adapted(bounded_springs(avatar, profile), profile))
    write_whole(path, document_to_glb(reduced(document, profile)))
