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
from avatarkit.export.scene import avatar_scene
from avatarkit.export.springs import bounded_springs
from avatarkit.export.usdz import usdz_bytes
from avatarkit.export.vrm0 import vrm0_document
from avatarkit.export.vrm1 import vrm1_document
from avatarkit.gltf.writing import document_to_glb
from avatarkit.whole_files import write_whole


def glb_bytes(avatar: Avatar) -> bytes:
    """The avatar as binary glTF 2.0: joints named as in the rig, morph targets named in `extras.targetNames`."""
    plain = replace(avatar, materials=tuple(without_drawing(material) for material in avatar.materials))
    return document_to_glb(avatar_scene(plain).document)


def vrm1_bytes(avatar: Avatar) -> bytes:
    """The avatar as VRM 1.0: the same glTF with human bones, expressions, gaze, first-person hints and licence."""
    return document_to_glb(vrm1_document(avatar, avatar_scene(avatar)))


def vrm0_bytes(avatar: Avatar) -> bytes:
    """The avatar as VRM 0.x, which most programs for VTubers and VRChat's converter read: the same, facing -Z."""
    return document_to_glb(vrm0_document(avatar))


WRITERS: Mapping[str, Callable[[Avatar], bytes]] = {".glb": glb_bytes, ".vrm": vrm1_bytes, ".usdz": usdz_bytes}
"""What writes a file, by its suffix, where no platform asks for another kind."""

_FORMATS: Mapping[str, tuple[str, Callable[[Avatar], bytes]]] = {
    "GLB": (".glb", glb_bytes),
    "VRM 1.0": (".vrm", vrm1_bytes),
    "VRM 0.x": (".vrm", vrm0_bytes),
}


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
    for kind in load_platform(platform).formats:
        if _FORMATS[kind][0] == suffix:
            return _FORMATS[kind][1]
    wanted = " or ".join(dict.fromkeys(_FORMATS[kind][0] for kind in load_platform(platform).formats))
    raise UsageError(f"Cannot write {Path(path).name}: {platform} takes {wanted}.")


def save_avatar(avatar: Avatar, path: str | Path, platform: str | None = None) -> None:
    """Write the avatar to `path`, whole or not at all: of the kind that its suffix or the platform asks for.

    Args:
        avatar: as built.
        path: ends in .glb, .vrm or .usdz.
        platform: a profile's name; `check` says what else it asks for.

    Raises:
        UsageError: another suffix, no such platform, or a place where nothing can be written.
        MissingError: a .usdz without usd-core.
    """
    write = check_suffix(path, platform)
    if platform is not None:
        profile = load_platform(platform)
        avatar = adapted(bounded_springs(avatar, profile), profile)
    write_whole(path, write(avatar))
