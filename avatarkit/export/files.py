"""An avatar as a .glb or .vrm file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from avatarkit.avatar.avatar import Avatar
from avatarkit.errors import UsageError
from avatarkit.export.scene import avatar_scene
from avatarkit.export.vrm1 import vrm1_document
from avatarkit.gltf.writing import document_to_glb
from avatarkit.whole_files import write_whole


def glb_bytes(avatar: Avatar) -> bytes:
    """The avatar as binary glTF 2.0: joints named as in the rig, morph targets named in `extras.targetNames`."""
    return document_to_glb(avatar_scene(avatar).document)


def vrm1_bytes(avatar: Avatar) -> bytes:
    """The avatar as VRM 1.0: the same glTF with human bones, expressions, gaze, first-person hints and licence."""
    return document_to_glb(vrm1_document(avatar, avatar_scene(avatar)))


WRITERS: Mapping[str, Callable[[Avatar], bytes]] = {".glb": glb_bytes, ".vrm": vrm1_bytes}
"""What writes a file, by its suffix."""


def check_suffix(path: str | Path) -> str:
    """The suffix of an avatar file, in lower case. Raises UsageError for one that is not written."""
    suffix = Path(path).suffix.lower()
    if suffix not in WRITERS:
        raise UsageError(f"Cannot write {Path(path).name}: an avatar is written as {' or '.join(WRITERS)}.")
    return suffix


def save_avatar(avatar: Avatar, path: str | Path) -> None:
    """Write the avatar to `path`, whole or not at all: GLB or VRM 1.0 by the suffix.

    Raises:
        UsageError: another suffix, or a place where nothing can be written.
    """
    write_whole(path, WRITERS[check_suffix(path)](avatar))
