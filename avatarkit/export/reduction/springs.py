"""Fewer chains of hair and cloth that swing, in VRM 1.0 and 0.x."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from avatarkit.gltf.document import Document


def with_most_springs(document: Document, chains: float, joints: float, colliders: float) -> Document:
    """The document with so many chains, joints in them and colliders at most; the first ones stay."""
    made = dict(document.extensions)
    spring1, vrm0 = made.get("VRMC_springBone"), made.get("VRM")
    if isinstance(spring1, Mapping):
        made["VRMC_springBone"] = _new(spring1, chains, joints, colliders)
    if isinstance(vrm0, Mapping) and isinstance(vrm0.get("secondaryAnimation"), Mapping):
        second = _old(document, vrm0["secondaryAnimation"], chains, joints, colliders)
        made["VRM"] = {**vrm0, "secondaryAnimation": second}
    return replace(document, extensions=made)


def _new(spring: Mapping[str, Any], chains: float, joints: float, colliders: float) -> dict[str, Any]:
    kept: list[Any] = []
    for chain in _objects(spring.get("springs")):
        size = len(_list(chain.get("joints")))
        if len(kept) < chains and size <= joints:
            kept.append(chain)
            joints -= size
    listed = _list(spring.get("colliders"))
    most = int(min(colliders, len(listed)))
    groups = [
        {**group, "colliders": [one for one in _list(group.get("colliders")) if isinstance(one, int) and one < most]}
        for group in _objects(spring.get("colliderGroups"))
    ]
    return {**spring, "springs": kept, "colliders": listed[:most], "colliderGroups": groups}


def _old(document: Document, second: Mapping[str, Any], chains: float, joints: float, colliders: float) -> dict[str, Any]:
    groups = []
    for group in _objects(second.get("boneGroups")):
        roots = []
        for root in _list(group.get("bones")):
            size = _below(document, root)
            if chains >= 1 and size <= joints:
                roots.append(root)
                chains, joints = chains - 1, joints - size
        if roots:
            groups.append({**group, "bones": roots})
    balls = []
    for group in _objects(second.get("colliderGroups")):
        own = _list(group.get("colliders"))[: int(min(colliders, len(_list(group.get("colliders")))))]
        colliders -= len(own)
        balls.append({**group, "colliders": own})
    return {**second, "boneGroups": groups, "colliderGroups": balls}


def _below(document: Document, root: Any) -> int:
    """Nodes of a branch; a root that is none counts nothing."""
    waiting = [root] if isinstance(root, int) and 0 <= root < len(document.nodes) else []
    for node in waiting:  # grows while it is walked
        waiting.extend(document.nodes[node].children)
    return len(waiting)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in _list(value) if isinstance(entry, Mapping)]
