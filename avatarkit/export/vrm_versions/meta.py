"""Names, permissions and licences of VRM 0.x and VRM 1.0.

Neither has all of the other's words. Where one has none, the stricter meaning is taken, and what VRM 0.x said is kept under
`extras` for the way back.

Source: vrm-c/vrm-specification, 0.0 (meta) and VRMC_vrm-1.0 (meta.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from avatarkit.gltf.checked_json import CheckedObject

LICENCE_URL = "https://vrm.dev/licenses/1.0/"

_CREATIVE_COMMONS: Mapping[str, str] = {
    "CC0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC_BY": "https://creativecommons.org/licenses/by/4.0/",
    "CC_BY_NC": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC_BY_SA": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC_BY_NC_SA": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "CC_BY_ND": "https://creativecommons.org/licenses/by-nd/4.0/",
    "CC_BY_NC_ND": "https://creativecommons.org/licenses/by-nc-nd/4.0/",
}
_USERS = {"OnlyAuthor": "onlyAuthor", "ExplicitlyLicensedPerson": "onlySeparatelyLicensedPerson", "Everyone": "everyone"}
_COMMERCE = {"Disallow": "personalNonProfit", "Allow": "corporation"}
_KEPT = ("author", "reference", "otherPermissionUrl", "licenseName", "otherLicenseUrl", "commercialUssageName")


def forbids_modification(vrm: CheckedObject, version: str) -> str | None:
    """What in a VRM's meta forbids to alter it, in its own words; None if nothing does.

    Args:
        vrm: the extension VRM or VRMC_vrm.
        version: "0.x" or "1.0".
    """
    meta = vrm.child("meta")
    if version == "1.0":
        said = meta.text("modification", "prohibited")  # VRM 1.0's default
        return None if said.startswith("allowModification") else f"modification: {said}"
    said = meta.text("licenseName")
    return f"licenseName: {said}" if said.endswith("_ND") else None


def meta_for_vrm1(meta: CheckedObject) -> dict[str, Any]:
    """VRM 1.0's meta of VRM 0.x's; the thumbnail is not in it."""
    licence = meta.text("licenseName")
    free = licence.startswith("CC")
    url = _CREATIVE_COMMONS.get(licence, meta.text("otherLicenseUrl"))
    references = [text for key in ("reference", "otherPermissionUrl") if (text := meta.text(key))]
    stated = {
        "name": meta.text("title") or "Avatar",
        "version": meta.text("version"),
        "authors": [meta.text("author") or "unknown"],
        "contactInformation": meta.text("contactInformation"),
        "references": references,
        "licenseUrl": LICENCE_URL,
        "otherLicenseUrl": url,
        "avatarPermission": _USERS.get(meta.text("allowedUserName"), "onlyAuthor"),
        "allowExcessivelyViolentUsage": meta.text("violentUssageName") == "Allow",
        "allowExcessivelySexualUsage": meta.text("sexualUssageName") == "Allow",
        "commercialUsage": "personalNonProfit"
        if "_NC" in licence
        else _COMMERCE.get(meta.text("commercialUssageName"), "personalNonProfit"),
        "creditNotation": "unnecessary" if licence == "CC0" else "required",
        "allowRedistribution": free,
        "modification": _modification(licence),
    }
    return {key: value for key, value in stated.items() if value not in ("", [])}


def _modification(licence: str) -> str:
    """VRM 0.x forbids it under Creative Commons' ND only, and allows to pass it on under the others."""
    if licence.endswith("_ND"):
        return "prohibited"
    return "allowModificationRedistribution" if licence.startswith("CC") else "allowModification"


def kept_of_vrm0(meta: CheckedObject) -> dict[str, Any]:
    """What VRM 1.0 has no exact word for, as VRM 0.x said it."""
    return {key: meta.text(key) for key in _KEPT if isinstance(meta.values.get(key), str)}


def meta_for_vrm0(meta: CheckedObject, kept: CheckedObject) -> dict[str, Any]:
    """VRM 0.x's meta of VRM 1.0's, and what `kept_of_vrm0` kept of an earlier one; the thumbnail is not in it."""
    users = {new: old for old, new in _USERS.items()}
    stated = {
        "title": meta.text("name"),
        "version": meta.text("version"),
        "author": ", ".join(meta.texts("authors")),
        "contactInformation": meta.text("contactInformation"),
        "reference": ", ".join(meta.texts("references")) or meta.text("thirdPartyLicenses"),
        "allowedUserName": users.get(meta.text("avatarPermission"), "OnlyAuthor"),
        "violentUssageName": _allowed(meta.flag("allowExcessivelyViolentUsage")),
        "sexualUssageName": _allowed(meta.flag("allowExcessivelySexualUsage")),
        "commercialUssageName": _allowed(meta.text("commercialUsage") == "corporation"),
        "otherPermissionUrl": "",
        **_licence(meta),
    }
    return stated | {key: kept.text(key) for key in _KEPT if kept.has(key)}


def _allowed(allowed: bool) -> str:
    return "Allow" if allowed else "Disallow"


def _licence(meta: CheckedObject) -> dict[str, str]:
    url = meta.text("otherLicenseUrl")
    known = next((name for name, address in _CREATIVE_COMMONS.items() if address == url), None)
    if known is not None:
        return {"licenseName": known, "otherLicenseUrl": ""}
    if not meta.flag("allowRedistribution") and not url:
        return {"licenseName": "Redistribution_Prohibited", "otherLicenseUrl": ""}
    return {"licenseName": "Other", "otherLicenseUrl": url or meta.text("licenseUrl")}
