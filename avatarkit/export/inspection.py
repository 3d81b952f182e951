"""What is in an avatar file: bones and which human bone each is, morphs, triangles, materials, textures, licence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from avatarkit.gltf.container import is_glb
from avatarkit.gltf.document import Document, Mesh
from avatarkit.gltf.image_size import image_size
from avatarkit.gltf.reading import read_document
from avatarkit.gltf.vrm import MetaValue, VrmContent, read_vrm
from avatarkit.rig.file_skeleton import file_skeleton
from avatarkit.rig.human_bones import find_human_bones


@dataclass(frozen=True)
class Bone:
    """A joint: its name, its parent's (None for a root) and the VRM 1.0 human bone it is (None for any other)."""

    name: str
    parent: str | None
    human_bone: str | None


@dataclass(frozen=True)
class MeshContent:
    """A mesh: counts, and the names of its materials and morph targets."""

    name: str
    triangles: int
    vertices: int
    materials: tuple[str, ...]
    morphs: tuple[str, ...]


@dataclass(frozen=True)
class TextureContent:
    """An image: width and height in pixels (None if its kind is not known), media type, encoded size."""

    name: str
    width: int | None
    height: int | None
    mime_type: str
    bytes: int


@dataclass(frozen=True)
class Clip:
    """An animation: how long it is and how many nodes it moves."""

    name: str
    seconds: float
    nodes: int


@dataclass(frozen=True)
class Inspection:
    """Everything in a file that a person wants to know before using it.

    Attributes:
        format: "GLB", "glTF", "VRM 0.x", "VRM 1.0" or "VRM animation 1.0".
        bytes: size of the file.
        generator: the program that wrote it, as it says.
        bones: joints of its skins and human bones; without a skin, all nodes that carry no mesh.
        naming: what told the human bones: "VRM extension", a family in rigs/, "words in the names", "structure", or None.
        meshes, materials, textures, animations, extensions: the file's, in its order.
        expressions: VRM expressions.
        meta: VRM's names, permissions and licence; for other files the copyright if there is one.
    """

    format: str
    bytes: int
    generator: str
    bones: tuple[Bone, ...]
    naming: str | None
    meshes: tuple[MeshContent, ...]
    materials: tuple[str, ...]
    textures: tuple[TextureContent, ...]
    animations: tuple[Clip, ...]
    extensions: tuple[str, ...]
    expressions: tuple[str, ...]
    meta: Mapping[str, MetaValue]

    @property
    def triangles(self) -> int:
        """Triangles of all meshes."""
        return sum(mesh.triangles for mesh in self.meshes)

    @property
    def vertices(self) -> int:
        """Vertices of all meshes."""
        return sum(mesh.vertices for mesh in self.meshes)

    @property
    def human_bones(self) -> dict[str, str]:
        """Human bone -> the joint's name."""
        return {bone.human_bone: bone.name for bone in self.bones if bone.human_bone is not None}

    def as_dict(self) -> dict[str, Any]:
        """All of it, and the sums, as plain values for JSON."""
        return {**asdict(self), "triangles": self.triangles, "vertices": self.vertices, "human_bones": self.human_bones}


def inspect_file(path: str | Path) -> Inspection:
    """Look into a .glb, .gltf, .vrm or .vrma.

    Raises:
        InputError: no such file, not glTF 2, damaged, or naming files outside its folder.
    """
    path = Path(path)
    return inspect_document(read_document(path), path.stat().st_size, container_of(path))


def inspect_document(document: Document, size: int, container: str) -> Inspection:
    """The same of a file that is read already: `size` in bytes, `container` "GLB" or "glTF"."""
    vrm = read_vrm(document)
    human_bones, naming = _human_bones(document, vrm)
    return Inspection(
        format=vrm.format if vrm else container,
        bytes=size,
        generator=document.generator,
        bones=_bones(document, human_bones),
        naming=naming,
        meshes=tuple(_mesh(mesh, document) for mesh in document.meshes),
        materials=tuple(material.name for material in document.materials),
        textures=tuple(_textures(document)),
        animations=tuple(
            Clip(clip.name, clip.seconds, len({channel.node for channel in clip.channels})) for clip in document.animations
        ),
        extensions=document.extensions_used,
        expressions=vrm.expressions if vrm else (),
        meta=_meta(document, vrm),
    )


def container_of(path: Path) -> str:
    """ "GLB" or "glTF", by how a file begins."""
    with path.open("rb") as file:
        return "GLB" if is_glb(file.read(4)) else "glTF"


def _human_bones(document: Document, vrm: VrmContent | None) -> tuple[Mapping[str, int], str | None]:
    """Human bone -> node, and what told so."""
    if vrm is not None and vrm.human_bones:
        return vrm.human_bones, "VRM extension"
    found = file_skeleton(document)
    named = find_human_bones(found)
    if named is None:
        return {}, None
    return {bone: found.nodes[joint] for bone, joint in named.joints.items()}, named.family


def _joint_nodes(document: Document, human_bones: Mapping[str, int]) -> list[int]:
    joints = {joint for skin in document.skins for joint in skin.joints} | set(human_bones.values())
    if joints:
        return sorted(joints)
    return [index for index, node in enumerate(document.nodes) if node.mesh is None]


def _bones(document: Document, human_bones: Mapping[str, int]) -> tuple[Bone, ...]:
    parents, nodes = document.parents, _joint_nodes(document, human_bones)
    human = {node: bone for bone, node in human_bones.items()}
    return tuple(
        Bone(
            document.nodes[node].name,
            document.nodes[parents[node]].name if parents[node] >= 0 else None,
            human.get(node),
        )
        for node in nodes
    )


def _mesh(mesh: Mesh, document: Document) -> MeshContent:
    shared = {id(part.attributes.get("POSITION")): part.vertex_count for part in mesh.primitives}
    used = dict.fromkeys(part.material for part in mesh.primitives if part.material is not None)
    return MeshContent(
        name=mesh.name,
        triangles=sum(part.triangle_count for part in mesh.primitives),
        vertices=sum(shared.values()),
        materials=tuple(document.materials[material].name for material in used),
        morphs=mesh.target_names,
    )


def _textures(document: Document) -> list[TextureContent]:
    sizes = [image_size(image.data) or (None, None) for image in document.images]
    return [
        TextureContent(image.name, width, height, image.mime_type, len(image.data))
        for image, (width, height) in zip(document.images, sizes, strict=True)
    ]


def _meta(document: Document, vrm: VrmContent | None) -> Mapping[str, MetaValue]:
    if vrm is not None:
        return vrm.meta
    return {"copyright": document.copyright} if document.copyright else {}
