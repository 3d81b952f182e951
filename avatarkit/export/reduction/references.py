"""Numbers that extensions keep of nodes, materials, textures and images, changed together when those lists change.

Source: vrm-c/vrm-specification: 0.0, VRMC_vrm-1.0, VRMC_springBone-1.0, VRMC_node_constraint-1.0, VRMC_materials_mtoon-1.0;
Khronos, the glTF material extensions, whose textures are all objects with an `index`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from avatarkit.gltf.document import Document, Material, Texture, TextureUse

Renumbering = Mapping[int, int]
"""Old number -> new number; what is not in it is gone."""

_NODE_PATHS = (
    "VRMC_vrm.humanoid.humanBones.!*.node",
    "VRMC_vrm.firstPerson.meshAnnotations.!*.node",
    "VRMC_vrm.expressions.*.*.morphTargetBinds.!*.node",
    "VRMC_springBone.springs.*.joints.!*.node",
    "VRMC_springBone.springs.*.!center",
    "VRM.humanoid.humanBones.!*.node",
    "VRM.firstPerson.!firstPersonBone",
    "VRM.secondaryAnimation.boneGroups.*.bones.!*",
    "VRM.secondaryAnimation.boneGroups.*.!center",
)
"""Where numbers of nodes are; "!" marks what goes with a node that is gone."""

_FOLDED_NODE_PATHS = ("VRMC_springBone.colliders.!*.node", "VRM.secondaryAnimation.colliderGroups.!*.node")
"""What stays on the next node above one that is gone."""

_MATERIAL_PATHS = (
    "VRMC_vrm.expressions.*.*.materialColorBinds.!*.material",
    "VRMC_vrm.expressions.*.*.textureTransformBinds.!*.material",
)
_TEXTURE_PATHS = ("VRM.meta.!texture", "VRM.materialProperties.*.textureProperties.!*")
_IMAGE_PATHS = ("VRMC_vrm.meta.!thumbnailImage",)

_GONE = object()


def with_nodes(document: Document, kept: Sequence[int]) -> Document:
    """The document with the nodes `kept` alone, in that order; colliders of others move to the node above."""
    numbers = {old: new for new, old in enumerate(kept)}
    parents = document.parents
    above = {node: _kept_above(parents, node, numbers) for node in range(len(document.nodes))}
    folded = {node: numbers[kept_node] for node, kept_node in above.items() if kept_node >= 0}
    extensions = _renumbered(document.extensions, _NODE_PATHS, numbers)
    extensions = _renumbered(extensions, _FOLDED_NODE_PATHS, folded)
    nodes = [document.nodes[old] for old in kept]
    return replace(
        document,
        nodes=tuple(
            replace(node, children=_each(node.children, numbers), extensions=_constrained(node.extensions, numbers))
            for node in nodes
        ),
        skins=tuple(
            replace(
                skin, skeleton=numbers.get(-1 if skin.skeleton is None else skin.skeleton), joints=_each(skin.joints, numbers)
            )
            for skin in document.skins
        ),
        scenes=tuple(replace(scene, nodes=_each(scene.nodes, numbers)) for scene in document.scenes),
        animations=tuple(
            replace(clip, channels=tuple(replace(one, node=numbers[one.node]) for one in clip.channels if one.node in numbers))
            for clip in document.animations
        ),
        extensions=extensions,
    )


def bound_materials(document: Document) -> set[int]:
    """Materials that an expression recolours or moves: by number in VRM 1.0, by name in 0.x."""
    found: set[int] = set()

    def note(number: int) -> int:
        found.add(number)
        return number

    _renumbered(document.extensions, _MATERIAL_PATHS, _Asked(note))
    names = {value.get("materialName") for value in _values_of_vrm0(document)}
    found |= {number for number, material in enumerate(document.materials) if material.name in names}
    return found & set(range(len(document.materials)))


def _values_of_vrm0(document: Document) -> list[Mapping[str, Any]]:
    groups = _found(document.extensions, "VRM.blendShapeMaster.blendShapeGroups")
    lists = [group.get("materialValues") for group in groups or () if isinstance(group, Mapping)]
    return [value for values in lists if isinstance(values, list) for value in values if isinstance(value, Mapping)]


def with_materials(
    document: Document, materials: Sequence[Material], numbers: Renumbering, kept: Collection[int] = ()
) -> Document:
    """The document with other materials; `numbers` says which of them each old one became.

    What expressions do to those that are not `kept` as they were is left out: it would be done to all that they became part of.
    """
    extensions = _renumbered(document.extensions, _MATERIAL_PATHS, {old: numbers[old] for old in kept})
    extensions = _with_values_for(extensions, {document.materials[number].name for number in kept})
    meshes = tuple(
        replace(mesh, primitives=tuple(replace(part, material=None if part.material is None else numbers[part.material])
                                       for part in mesh.primitives))
        for mesh in document.meshes
    )  # fmt: skip
    return replace(document, materials=tuple(materials), meshes=meshes, extensions=extensions)


def _with_values_for(extensions: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    """VRM 0.x's groups with the values of these materials alone."""
    master = _found(extensions, "VRM.blendShapeMaster")
    if not isinstance(master, Mapping) or not isinstance(master.get("blendShapeGroups"), list):
        return extensions
    groups = [_with_values(group, names) if isinstance(group, Mapping) else group for group in master["blendShapeGroups"]]
    return {**extensions, "VRM": {**extensions["VRM"], "blendShapeMaster": {**master, "blendShapeGroups": groups}}}


def _with_values(group: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    values = group.get("materialValues")
    if not isinstance(values, list):
        return group
    kept = [value for value in values if isinstance(value, Mapping) and value.get("materialName") in names]
    return {**group, "materialValues": kept}


def with_used_pictures(document: Document) -> Document:
    """The document without textures and images that nothing shows."""
    used: set[int] = set()

    def note(number: int) -> int:
        used.add(number)
        return number

    _map_textures(document, note)
    numbers = {old: new for new, old in enumerate(sorted(used & set(range(len(document.textures)))))}
    textures = [document.textures[old] for old in numbers]
    document = replace(_map_textures(document, lambda old: numbers.get(old, -1)), textures=tuple(textures))
    return _with_used_images(document)


def without_textures(document: Document, lost: Collection[int]) -> Document:
    """The document with nothing drawn from the textures `lost`, which stay, or numbers would change."""

    def of_use(use: TextureUse | None) -> TextureUse | None:
        return None if use is None or use.texture in lost else use

    def of_material(material: Material) -> Material:
        uses: dict[str, Any] = {name: of_use(getattr(material, name)) for name in TEXTURE_FIELDS}
        return replace(material, extensions=_without_indices(material.extensions, lost), **uses)

    numbers = {number: number for number in range(len(document.textures)) if number not in lost}
    extensions = _renumbered(document.extensions, _TEXTURE_PATHS, numbers)
    return replace(document, materials=tuple(map(of_material, document.materials)), extensions=extensions)


def _without_indices(value: Any, lost: Collection[int]) -> Any:
    if isinstance(value, Mapping):
        kept = {key: entry for key, entry in value.items() if not (isinstance(entry, Mapping) and entry.get("index") in lost)}
        return {key: _without_indices(entry, lost) for key, entry in kept.items()}
    return [_without_indices(entry, lost) for entry in value] if isinstance(value, list) else value


def map_images(document: Document, numbers: Renumbering, textures: Sequence[Texture]) -> Document:
    """Textures as given, and the thumbnail's number changed."""
    return replace(document, textures=tuple(textures), extensions=_renumbered(document.extensions, _IMAGE_PATHS, numbers))


def _with_used_images(document: Document) -> Document:
    thumbnail = _found(document.extensions, "VRMC_vrm.meta.thumbnailImage")
    used = {texture.image for texture in document.textures if texture.image is not None}
    used |= {source for texture in document.textures for source in _sources(texture)}
    used |= {thumbnail} if isinstance(thumbnail, int) else set()
    numbers = {old: new for new, old in enumerate(sorted(used))}
    textures = [_with_source(texture, numbers) for texture in document.textures]
    document = map_images(document, numbers, textures)
    return replace(document, images=tuple(document.images[old] for old in numbers))


def _sources(texture: Texture) -> list[int]:
    return [entry["source"] for entry in texture.extensions.values() if isinstance(entry, Mapping) and "source" in entry]


def _with_source(texture: Texture, numbers: Renumbering) -> Texture:
    extensions = {
        name: {**entry, "source": numbers[entry["source"]]} if isinstance(entry, Mapping) and "source" in entry else entry
        for name, entry in texture.extensions.items()
    }
    image = None if texture.image is None else numbers[texture.image]
    return replace(texture, image=image, extensions=extensions)


def _map_textures(document: Document, new: Callable[[int], int]) -> Document:
    """Every number of a texture as `new` has it."""

    def of_use(use: TextureUse | None) -> TextureUse | None:
        return None if use is None else replace(use, texture=new(use.texture))

    def of_material(material: Material) -> Material:
        uses: dict[str, Any] = {name: of_use(getattr(material, name)) for name in TEXTURE_FIELDS}
        return replace(material, extensions=_map_indices(material.extensions, new), **uses)

    materials = tuple(of_material(material) for material in document.materials)
    numbers = _Asked(new)
    return replace(document, materials=materials, extensions=_renumbered(document.extensions, _TEXTURE_PATHS, numbers))


TEXTURE_FIELDS = (
    "base_color_texture", "metallic_roughness_texture", "normal_texture", "occlusion_texture", "emissive_texture",
)  # fmt: skip
"""Of a material: all that are textures."""


class _Asked(dict[int, int]):
    """A renumbering that is asked instead of looked up."""

    def __init__(self, new: Callable[[int], int]) -> None:
        super().__init__()
        self._new = new

    def __contains__(self, key: object) -> bool:
        return isinstance(key, int) and self._new(key) >= 0

    def __getitem__(self, key: int) -> int:
        return self._new(key)


def _map_indices(value: Any, new: Callable[[int], int]) -> Any:
    """Every object with an `index` inside a material's extensions is a texture."""
    if isinstance(value, Mapping):
        mapped = {key: _map_indices(entry, new) for key, entry in value.items()}
        return {**mapped, "index": new(mapped["index"])} if isinstance(mapped.get("index"), int) else mapped
    return [_map_indices(entry, new) for entry in value] if isinstance(value, list) else value


def _renumbered(extensions: Mapping[str, Any], paths: Sequence[str], numbers: Renumbering) -> Mapping[str, Any]:
    for path in paths:
        extensions = _walked(extensions, path.split("."), numbers)
    return extensions


def _walked(value: Any, steps: list[str], numbers: Renumbering) -> Any:
    """The value with the numbers at the end of a path changed, or `_GONE`."""
    if not steps:
        return numbers[value] if isinstance(value, int) and value in numbers else _GONE
    goes, step = steps[0].startswith("!"), steps[0].removeprefix("!")
    if isinstance(value, Mapping):
        keys = [key for key in value if step in ("*", key)]
        changed = {key: _walked(value[key], steps[1:], numbers) for key in keys}
        if not goes and any(entry is _GONE for entry in changed.values()):
            return _GONE
        merged = {**value, **changed}
        return {key: entry for key, entry in merged.items() if entry is not _GONE}
    if isinstance(value, list) and step == "*":
        changed_list = [_walked(entry, steps[1:], numbers) for entry in value]
        if not goes and any(entry is _GONE for entry in changed_list):
            return _GONE
        return [entry for entry in changed_list if entry is not _GONE]
    return value


def _found(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _each(old: Sequence[int], numbers: Renumbering) -> tuple[int, ...]:
    return tuple(numbers[one] for one in old if one in numbers)


def _constrained(extensions: Mapping[str, Any], numbers: Renumbering) -> Mapping[str, Any]:
    """A node's extensions; a constraint to a node that is gone goes too."""
    name = "VRMC_node_constraint"
    if name not in extensions:
        return extensions
    kept = _walked(extensions[name], ["!constraint", "*", "source"], numbers)
    rest = {key: value for key, value in extensions.items() if key != name}
    return {**rest, name: kept} if isinstance(kept, Mapping) and kept.get("constraint") else rest


def _kept_above(parents: Sequence[int], node: int, numbers: Renumbering) -> int:
    while node >= 0 and node not in numbers:
        node = parents[node]
    return node
