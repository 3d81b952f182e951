"""Whether a file's licence lets others alter it.

Source: vrm-c/vrm-specification: VRM 1.0 `meta.modification`; VRM 0.x `meta.licenseName`, whose ND kinds forbid derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping

from avatarkit.gltf.document import Document

_NO_DERIVATIVES = ("CC_BY_ND", "CC_BY_NC_ND")


def forbids_changes(document: Document) -> str:
    """What in the licence forbids altering the file, as it stands there; empty where nothing does."""
    new, old = _meta(document, "VRMC_vrm"), _meta(document, "VRM")
    if new is not None and new.get("modification", "prohibited") == "prohibited":
        return "modification: prohibited"
    if old is not None and old.get("licenseName") in _NO_DERIVATIVES:
        return f"licenseName: {old['licenseName']}"
    return ""


def _meta(document: Document, extension: str) -> Mapping[str, object] | None:
    vrm = document.extensions.get(extension)
    if not isinstance(vrm, Mapping):
        return None
    meta = vrm.get("meta")
    return meta if isinstance(meta, Mapping) else {}
