"""Expressions that recolour a material: it stays by itself where there is room, and is left in peace where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from avatarkit.export.files import glb_document, vrm0_bytes, vrm1_bytes
from avatarkit.export.platforms import Platform, platform_from_tables
from avatarkit.export.reduction.reduce import reduced
from avatarkit.gltf.document import Document
from avatarkit.gltf.reading import document_from_bytes
from tests.box_person import box_person

RED = [1.0, 0.0, 0.0, 1.0]


def place(slots: int) -> Platform:
    tables = {
        "title": "a",
        "source": "b",
        "date": "2026-01-01",
        "formats": ["VRM 1.0"],
        "bones": [],
        "limits": {"slots": slots},
    }
    return platform_from_tables("place", tables)


def with_third_material(document: Document) -> Document:
    """The box person with its last mesh's material doubled, so that two can be merged beside a third."""
    [cloth, skin] = document.materials
    parts = document.meshes[0].primitives
    other = replace(document.meshes[0], name="other", primitives=(replace(parts[0], material=2),))
    node = replace(next(node for node in document.nodes if node.mesh == 0), name="other", mesh=len(document.meshes))
    return replace(
        document,
        materials=(cloth, skin, replace(cloth, name="third", base_color=(0.0, 0.5, 0.0, 1.0))),
        meshes=(*document.meshes, other),
        nodes=(*document.nodes, node),
        scenes=(replace(document.scenes[0], nodes=(*document.scenes[0].nodes, len(document.nodes))),),
    )


def blushing(version: str) -> Document:
    """Its skin turns red when it is happy."""
    if version == "1.0":
        document = with_third_material(document_from_bytes(vrm1_bytes(box_person())))
        happy = document.extensions["VRMC_vrm"]["expressions"]["preset"]["happy"]
        happy["materialColorBinds"] = [{"material": 1, "type": "color", "targetValue": RED}]
        return document
    document = document_from_bytes(vrm0_bytes(box_person()))
    listed = document.extensions["VRM"]["materialProperties"]
    document.extensions["VRM"]["materialProperties"] = [*listed, {**listed[0], "name": "third"}]
    document = with_third_material(document)
    joy(document)["materialValues"] = [{"materialName": "skin", "propertyName": "_Color", "targetValue": RED}]
    return document


def joy(document: Document) -> Any:
    return next(g for g in document.extensions["VRM"]["blendShapeMaster"]["blendShapeGroups"] if g["presetName"] == "joy")


def values(document: Document, version: str) -> list[Mapping[str, Any]]:
    if version == "0.x":
        return list(joy(document).get("materialValues", []))
    return list(document.extensions["VRMC_vrm"]["expressions"]["preset"]["happy"].get("materialColorBinds", []))


@pytest.mark.parametrize("version", ["1.0", "0.x"])
def test_what_blushes_stays_by_itself_where_there_is_room(version: str) -> None:
    made = reduced(blushing(version), place(2))
    assert [material.name for material in made.materials] == ["Atlas_Opaque", "skin"]
    [value] = values(made, version)
    assert value.get("material", 1) == 1 and value.get("materialName", "skin") == "skin"
    [skin] = [part for mesh in made.meshes for part in mesh.primitives if part.material == 1]
    assert skin.vertex_count == 4 * 24 and made.materials[1].base_color_texture is not None
    if version == "0.x":
        assert [entry["name"] for entry in made.extensions["VRM"]["materialProperties"]] == ["Atlas_Opaque", "skin"]


@pytest.mark.parametrize("version", ["1.0", "0.x"])
def test_nobody_blushes_from_head_to_foot(version: str) -> None:
    made = reduced(blushing(version), place(1))
    assert len(made.materials) == 1 and not values(made, version)


def test_nothing_is_asked_of_files_without_expressions() -> None:
    assert len(reduced(glb_document(box_person()), place(1)).materials) == 1
