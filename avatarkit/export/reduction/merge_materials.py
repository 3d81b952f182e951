"""Several materials as one: one atlas for each thing they paint, and the most-seen one's manner."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from avatarkit.export.pictures import encode_picture
from avatarkit.export.reduction.atlas import Layout, composed, lay_out
from avatarkit.export.reduction.paints import (
    MTOON,
    SPECULAR,
    drawn,
    dulled,
    is_painted,
    line_width,
    old_properties,
    plain_pixels,
)
from avatarkit.export.reduction.references import bound_materials, with_materials
from avatarkit.export.reduction.surface import Surface
from avatarkit.gltf.document import Document, Image, Material, Texture, TextureUse

KINDS = ("OPAQUE", "MASK", "BLEND")
"""Kinds of transparency, each an atlas of its own where there is room for it."""

CUT_OUT = 0.5
"""Alpha below which a merged material shows nothing."""

_DIVISORS = {"base": 1, "normal": 2, "orm": 4, "emissive": 2, "shade": 1, "outline": 8}
"""Side of the colour's atlas by that of each other: relief and shine are coarser than colour."""

_SAMPLER = {"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}


@dataclass(frozen=True)
class Plan:
    """How materials become one.

    Attributes:
        groups: numbers of materials (-1 for none) that become one, and its kind of transparency.
        side: of the atlas, pixels.
        channels: what is kept beside the colour.
        apart: numbers of materials that stay as they are.
    """

    groups: tuple[tuple[tuple[int, ...], str], ...]
    side: int
    channels: tuple[str, ...]
    apart: tuple[int, ...] = ()


def materials_apart(document: Document, surface: Surface, slots: float) -> tuple[int, ...]:
    """Materials that expressions recolour, if there is room for them beside one of each kind of transparency."""
    used = set(np.unique(surface.material).tolist())
    bound = sorted(bound_materials(document) & used)
    kinds = {document.materials[number].alpha_mode if number >= 0 else "OPAQUE" for number in used - set(bound)}
    return tuple(bound) if len(bound) + len(kinds) <= slots else ()


def groups_for(
    document: Document, surface: Surface, slots: int, apart: Collection[int] = ()
) -> tuple[tuple[tuple[int, ...], str], ...]:
    """Materials by their kind of transparency; where there are fewer slots than kinds, blended ones are cut out."""
    used = [int(number) for number in np.unique(surface.material) if number not in apart]
    kind_of = {number: document.materials[number].alpha_mode if number >= 0 else "OPAQUE" for number in used}
    found = [kind for kind in KINDS if kind in kind_of.values()]
    fallen = {kind: kind for kind in found}
    if slots < len(found) and "BLEND" in found:
        fallen["BLEND"] = "MASK"
    if slots < len(set(fallen.values())):
        fallen = dict.fromkeys(found, "MASK")
    return tuple(
        (tuple(number for number in used if fallen[kind_of[number]] == kind), kind) for kind in KINDS if kind in fallen.values()
    )


def with_merged_materials(document: Document, surface: Surface, plan: Plan, weights: np.ndarray) -> tuple[Document, Surface]:
    """The document with one material for each group, and the surface on their atlases."""
    surface = _with_own_vertices(surface)
    uvs = surface.uvs.copy()
    number_of: dict[int, int] = {}
    materials: list[Material] = []
    olds: list[dict[str, Any]] = []
    for members, kind in plan.groups:
        layout = lay_out(document, surface, list(members), plan.side, weights)
        chosen = np.unique(surface.triangles[np.isin(surface.material, members)])
        uvs[chosen] = layout.uvs[chosen]
        document, textures = _with_atlases(document, layout, members, plan, kind)
        lead = _most_seen(surface, members, weights)
        materials.append(_merged(document, members, lead, kind, textures))
        olds.append(_old_entry(document, members, lead, materials[-1], textures))
        number_of |= dict.fromkeys(members, len(materials) - 1)
    for number in plan.apart:
        number_of[number] = len(materials)
        materials.append(document.materials[number])
        olds.append(dict(old_properties(document, number)))
    document = with_materials(replace(document, meshes=()), materials, number_of, plan.apart)
    lookup = np.array([number_of.get(number, -1) for number in range(-1, max(number_of) + 1)])
    surface = replace(surface, uvs=uvs, material=lookup[surface.material + 1])
    used = tuple(name for name in document.extensions_used if not name.startswith("KHR_materials_") and name != MTOON)
    added = sorted({name for material in materials for name in material.extensions} - set(used))
    return replace(_with_old_entries(document, olds), extensions_used=(*used, *added)), surface


def _with_own_vertices(surface: Surface) -> Surface:
    """No vertex of two materials: surfaces that came from a file have none, this makes sure."""
    owner = np.full(surface.count, -2)
    owner[surface.triangles] = surface.material[:, None]
    assert (owner[surface.triangles] == surface.material[:, None]).all(), "a vertex belongs to two materials"
    return surface


def _with_atlases(
    document: Document, layout: Layout, members: Sequence[int], plan: Plan, kind: str
) -> tuple[Document, dict[str, int]]:
    """The document with the atlases added, and channel -> texture."""
    textures: dict[str, int] = {}
    for channel in plan.channels:
        if not is_painted(document, list(members), channel):
            continue
        side = max(1, plan.side // _DIVISORS[channel])
        pixels = composed(document, layout, channel, side, plain_pixels(channel))
        see_through = channel == "base" and kind != "OPAQUE"
        kept = np.ascontiguousarray(pixels if see_through else pixels[..., :3])
        encoding = "png" if see_through or channel == "normal" else "jpeg"
        name = f"atlas-{kind.lower()}-{channel}"
        image = Image(encode_picture(kept, "png" if encoding == "png" else "jpeg"), f"image/{encoding}", name)
        textures[channel] = len(document.textures)
        document = replace(
            document,
            images=(*document.images, image),
            textures=(*document.textures, Texture(len(document.images), _SAMPLER, name)),
        )
    return document, textures


def _most_seen(surface: Surface, members: Sequence[int], weights: np.ndarray) -> int:
    """The material that covers most, by weight."""
    a, b, c = (surface.positions[surface.triangles[:, k]] for k in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) * weights
    return max(members, key=lambda number: float(areas[surface.material == number].sum()))


def _merged(document: Document, members: Sequence[int], lead: int, kind: str, textures: dict[str, int]) -> Material:
    def use(channel: str) -> TextureUse | None:
        return TextureUse(textures[channel]) if channel in textures else None

    manner = document.materials[lead] if lead >= 0 else Material("plain", metallic=0.0)
    toon = any(number >= 0 and drawn(document, number) for number in members)
    mixed = None if toon else use("orm")  # MToon knows no occlusion, and three-vrm minds it
    return Material(
        name=f"Atlas_{kind.capitalize()}",
        base_color_texture=use("base"),
        metallic=manner.metallic if mixed is None else 1.0,
        roughness=dulled(manner) if mixed is None else 1.0,
        metallic_roughness_texture=mixed,
        occlusion_texture=mixed,
        normal_texture=use("normal"),
        emissive=(1.0, 1.0, 1.0) if "emissive" in textures else (0.0, 0.0, 0.0),
        emissive_texture=use("emissive"),
        alpha_mode=kind,
        alpha_cutoff=CUT_OUT,
        double_sided=any(number < 0 or document.materials[number].double_sided for number in members),
        extensions=_extensions(document, members, lead, textures),
    )


def _extensions(document: Document, members: Sequence[int], lead: int, textures: dict[str, int]) -> dict[str, Any]:
    """What all have alike, and MToon of the most-seen drawn one with the atlases in it."""
    stored = [document.materials[number].extensions if number >= 0 else {} for number in members]
    same = {name: entry for name, entry in stored[0].items() if all(one.get(name) == entry for one in stored)}
    same = {name: entry for name, entry in same.items() if name not in (MTOON, SPECULAR)}  # the latter is in the roughness
    toons = [number for number in members if number >= 0 and MTOON in document.materials[number].extensions]
    if not toons:
        return same
    toon = dict(document.materials[lead if lead in toons else toons[0]].extensions[MTOON])
    for name in ("matcapTexture", "rimMultiplyTexture", "uvAnimationMaskTexture", "shadingShiftTexture"):
        toon.pop(name, None)
    if "shade" in textures:
        toon |= {"shadeColorFactor": [1.0, 1.0, 1.0], "shadeMultiplyTexture": {"index": textures["shade"]}}
    if "outline" in textures:
        widest = max(line_width(document, number) for number in range(len(document.materials)))
        toon |= {"outlineWidthFactor": widest, "outlineWidthMultiplyTexture": {"index": textures["outline"]}}
    return same | {MTOON: toon}


def _old_entry(
    document: Document, members: Sequence[int], lead: int, material: Material, textures: dict[str, int]
) -> dict[str, Any]:
    """VRM 0.x's properties of the merged material; empty in files without them."""
    toons = [number for number in members if drawn(document, number)]
    entry = dict(old_properties(document, lead if lead in toons or not toons else toons[0]))
    if not entry:
        return {}
    mode = KINDS.index(material.alpha_mode)
    queues = {"OPAQUE": 2000, "MASK": 2450, "BLEND": 3000}
    entry |= {"name": material.name, "renderQueue": queues[material.alpha_mode]}
    if entry.get("shader") != "VRM/MToon":
        return entry
    pictures = {"_MainTex": "base", "_ShadeTexture": "shade", "_BumpMap": "normal", "_EmissionMap": "emissive",
                "_OutlineWidthTexture": "outline"}  # fmt: skip
    floats = {"_BlendMode": mode, "_Cutoff": CUT_OUT, "_CullMode": 0 if material.double_sided else 2,
              "_SrcBlend": 5 if mode == 2 else 1, "_DstBlend": 10 if mode == 2 else 0, "_ZWrite": 0 if mode == 2 else 1,
              "_AlphaToMask": 1 if mode == 1 else 0,
              "_OutlineWidth": max(line_width(document, number) for number in range(len(document.materials)))}  # fmt: skip
    whites = {name: [1.0, 1.0, 1.0, 1.0] for name in ("_Color", "_ShadeColor")}
    tiling = {name: [0, 0, 1, 1] for name, channel in pictures.items() if channel in textures}
    kept_vectors = {
        k: v for k, v in dict(entry.get("vectorProperties", {})).items() if not k.endswith(("Tex", "Texture", "Map"))
    }
    return entry | {
        "floatProperties": dict(entry.get("floatProperties", {})) | floats,
        "vectorProperties": kept_vectors | whites | tiling,
        "textureProperties": {name: textures[channel] for name, channel in pictures.items() if channel in textures},
        "keywordMap": {"_ALPHATEST_ON": True} if mode == 1 else {"_ALPHABLEND_ON": True} if mode == 2 else {},
        "tagMap": {"RenderType": ("Opaque", "TransparentCutout", "Transparent")[mode]},
    }


def _with_old_entries(document: Document, entries: list[dict[str, Any]]) -> Document:
    vrm = document.extensions.get("VRM")
    if not isinstance(vrm, dict) or not any(entries):
        return document
    plain = {"shader": "VRM_USE_GLTFSHADER", "floatProperties": {}, "vectorProperties": {}, "textureProperties": {},
             "keywordMap": {}, "tagMap": {}, "renderQueue": 2000}  # fmt: skip
    listed = [plain | {"name": material.name} | entry for material, entry in zip(document.materials, entries, strict=True)]
    return replace(document, extensions={**document.extensions, "VRM": {**vrm, "materialProperties": listed}})
