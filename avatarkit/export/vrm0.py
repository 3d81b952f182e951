"""An avatar as VRM 0.x: what VRM 1.0 says of it, in the words and axes of the older version."""

from __future__ import annotations

from avatarkit.avatar.avatar import Avatar
from avatarkit.export.scene import avatar_scene
from avatarkit.export.vrm1 import vrm1_document
from avatarkit.export.vrm_versions.convert import convert_vrm
from avatarkit.gltf.document import Document


def vrm0_document(avatar: Avatar) -> Document:
    """The avatar as VRM 0.x: facing -Z, with the extension VRM."""
    return convert_vrm(vrm1_document(avatar, avatar_scene(avatar)), "0.x").document
