"""A glTF file to a `Document`, with nothing in the file trusted.

The JSON is decoded here and not by pygltflib, whose typed decoding takes 12 s for 100 clips (1.8 MB of JSON, 8019 accessors)
where this takes a fraction of one, and checks neither offsets nor indices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from avatarkit.errors import InputError
from avatarkit.gltf.accessors import MAX_COUNT, MAX_DECODED_BYTES, Accessors
from avatarkit.gltf.checked_json import CheckedObject, parse_json
from avatarkit.gltf.container import data_uri_mime, read_bounded, resolve_uri, split_container
from avatarkit.gltf.document import (
    Animation,
    Channel,
    Document,
    Image,
    Material,
    Mesh,
    Node,
    Primitive,
    Scene,
    Skin,
    Texture,
    TextureUse,
)
from avatarkit.gltf.document_checks import check_primitive, check_skinning, check_tree
from avatarkit.gltf.transforms import decompose

_COMPRESSIONS = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression", "EXT_mesh_gpu_instancing")
"""Extensions that change where arrays lie. Their content cannot be kept; a file that requires one cannot be read."""

_RESOLVED = (*_COMPRESSIONS, "KHR_mesh_quantization")
"""Extensions that no longer apply to a document: its arrays are plain floats."""

_PATH_WIDTHS = {"translation": 3, "rotation": 4, "scale": 3}
_IMAGE_SIGNATURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp", b"\xabKTX": "image/ktx2"}


def read_document(path: str | Path) -> Document:
    """Read a .glb, .gltf or .vrm file.

    Only the file itself, data URIs, and files below its folder are read.

    Args:
        path: the file.

    Returns:
        its content; indices inside extensions still point to the same nodes, materials, textures and images.

    Raises:
        InputError: no such file, not glTF 2, damaged, too large, mesh-compressed, or pointing outside its folder.
    """
    path = Path(path)
    try:
        return document_from_bytes(read_bounded(path), path.parent)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from error


def document_from_bytes(data: bytes, folder: Path | None = None) -> Document:
    """Read the bytes of a .glb, .gltf or .vrm.

    Args:
        data: the whole file.
        folder: where files that it names may lie; None if it may name none.

    Raises:
        InputError: as `read_document`.
    """
    text, binary = split_container(data)
    root = parse_json(text)
    _check_version(root)
    _check_extensions(root)
    accessors = _accessors(root, binary, folder)
    _check_work(root, accessors)
    return _Reader(root, accessors, root.children("samplers"), folder).document()


def tree_from_bytes(data: bytes, folder: Path | None = None) -> Document:
    """Read only what a rig is made of: nodes, skins, scenes, extensions, names of meshes and of their morph targets.

    Meshes, pictures and animations stay undecoded, so compressed ones do no harm; compressed skin matrices count as absent.
    Arguments and errors are those of `document_from_bytes`.
    """
    text, binary = split_container(data)
    root = parse_json(text)
    _check_version(root)
    return _Reader(root, _accessors(root, binary, folder), (), folder).tree()


def _check_version(root: CheckedObject) -> None:
    version = root.child("asset").text("version")
    if not version.startswith("2."):
        raise InputError(f"its glTF version is {version[:20]!r}; only 2.x can be read")


def _check_extensions(root: CheckedObject) -> None:
    for name in root.texts("extensionsRequired"):
        if name in _COMPRESSIONS:
            raise InputError(
                f"it needs {name}, which is not supported: export it again without compression, or run `gltf-transform copy`"
            )


def _check_work(root: CheckedObject, accessors: Accessors) -> None:
    """A small file can have thousands of primitives share one large accessor: bound what looking at them all would take."""
    total = 0
    for mesh in root.children("meshes"):
        for entry in mesh.children("primitives"):
            groups = (entry.child("attributes"), *entry.children("targets"))
            users = [(group, key) for group in groups for key in group.values]
            users += [(entry, "indices")] if entry.has("indices") else []
            total += sum(accessors.count(group.integer(key, most=len(accessors.entries) - 1)) for group, key in users)
            if total > MAX_COUNT:
                raise InputError(f"its meshes have more than {MAX_COUNT} vertices and indices")


def _accessors(root: CheckedObject, binary: bytes | None, folder: Path | None) -> Accessors:
    entries = root.children("buffers")
    buffers = (_buffer(entry, binary if position == 0 else None, folder) for position, entry in enumerate(entries))
    return Accessors(root.children("accessors"), root.children("bufferViews"), _bounded(buffers))


def _bounded(contents: Iterable[bytes]) -> tuple[bytes, ...]:
    """All of `contents`, unless a few files are named so often that memory would overflow."""
    kept: list[bytes] = []
    total = 0
    for content in contents:
        total += len(content)
        if total > MAX_DECODED_BYTES:
            raise InputError(f"what it names would take more than {MAX_DECODED_BYTES >> 20} MB of memory")
        kept.append(content)
    return tuple(kept)


def _buffer(entry: CheckedObject, binary: bytes | None, folder: Path | None) -> bytes:
    length = entry.integer("byteLength", least=1)
    data = resolve_uri(entry.text("uri"), folder) if entry.has("uri") else binary
    if data is None and not entry.child("extensions").values.keys().isdisjoint(_COMPRESSIONS):
        return b""
    if data is None or len(data) < length:
        raise InputError(f"damaged glTF: {entry.where} announces {length} bytes and has {len(data or b'')}")
    return data[:length]


@dataclass(frozen=True)
class _Reader:
    root: CheckedObject
    accessors: Accessors
    samplers: tuple[CheckedObject, ...]
    folder: Path | None

    def document(self) -> Document:
        root, asset = self.root, self.root.child("asset")
        document = Document(
            nodes=tuple(self._node(entry) for entry in root.children("nodes")),
            meshes=tuple(self._mesh(entry) for entry in root.children("meshes")),
            skins=tuple(self._skin(entry) for entry in root.children("skins")),
            materials=tuple(self._material(entry) for entry in root.children("materials")),
            textures=tuple(self._texture(entry) for entry in root.children("textures")),
            images=self._images(),
            animations=tuple(self._animation(entry) for entry in root.children("animations")),
            cameras=tuple(entry.values for entry in root.children("cameras")),
            scenes=self._scenes(),
            scene=root.index("scene", self._length("scenes")),
            extensions=_kept(root),
            extras=_extras(root),
            extensions_used=tuple(name for name in root.texts("extensionsUsed") if name not in _RESOLVED),
            extensions_required=tuple(name for name in root.texts("extensionsRequired") if name not in _RESOLVED),
            generator=asset.text("generator"),
            copyright=asset.text("copyright"),
        )
        check_tree(document)
        check_skinning(document)
        return document

    def tree(self) -> Document:
        document = Document(
            nodes=tuple(self._node(entry) for entry in self.root.children("nodes")),
            meshes=tuple(Mesh(entry.text("name"), (), _target_names(entry)) for entry in self.root.children("meshes")),
            skins=tuple(self._skin(entry) for entry in self.root.children("skins")),
            scenes=self._scenes(),
            scene=self.root.index("scene", self._length("scenes")),
            extensions=_kept(self.root),
            generator=self.root.child("asset").text("generator"),
        )
        check_tree(document)
        return document

    def _scenes(self) -> tuple[Scene, ...]:
        count = self._length("nodes")
        return tuple(Scene(entry.indices("nodes", count), entry.text("name")) for entry in self.root.children("scenes"))

    def _length(self, key: str) -> int:
        return len(self.root.items(key))

    def _accessor(self, entry: CheckedObject, key: str) -> np.ndarray:
        return self.accessors.array(entry.integer(key, most=len(self.accessors.entries) - 1))

    def _node(self, entry: CheckedObject) -> Node:
        translation, rotation, scale = _transform(entry)
        return Node(
            name=entry.text("name"),
            translation=translation,
            rotation=rotation,
            scale=scale,
            children=entry.indices("children", self._length("nodes")),
            mesh=entry.index("mesh", self._length("meshes")),
            skin=entry.index("skin", self._length("skins")),
            camera=entry.index("camera", self._length("cameras")),
            extensions=_kept(entry),
            extras=_extras(entry),
        )

    def _mesh(self, entry: CheckedObject) -> Mesh:
        primitives = tuple(self._primitive(part) for part in entry.children("primitives"))
        extras = {key: value for key, value in _extras(entry).items() if key != "targetNames"}
        weights = entry.numbers("weights", (), any_length=True)
        return Mesh(entry.text("name"), primitives, _target_names(entry), weights, _kept(entry), extras)

    def _primitive(self, entry: CheckedObject) -> Primitive:
        attributes = entry.child("attributes")
        arrays = {name: self._accessor(attributes, name) for name in sorted(attributes.values)}
        indices = self._accessor(entry, "indices") if entry.has("indices") else None
        primitive = Primitive(
            attributes=arrays,
            indices=indices,
            material=entry.index("material", self._length("materials")),
            targets=tuple(self._target(target) for target in entry.children("targets")),
            mode=entry.integer("mode", 4, most=6),
            extensions=_kept(entry),
            extras=_extras(entry),
        )
        check_primitive(primitive, entry)
        return primitive

    def _target(self, entry: CheckedObject) -> Mapping[str, Any]:
        count = len(self.accessors.entries)
        names = [name for name in sorted(entry.values) if name in ("POSITION", "NORMAL", "TANGENT")]
        return {name: self.accessors.rows(entry.integer(name, most=count - 1)) for name in names}

    def _skin(self, entry: CheckedObject) -> Skin:
        joints, node_count = entry.indices("joints", self._length("nodes")), self._length("nodes")
        matrices = None
        if entry.has("inverseBindMatrices") and not self._is_compressed(entry.integer("inverseBindMatrices")):
            flat = self._accessor(entry, "inverseBindMatrices")
            if flat.ndim != 2 or flat.shape[1] != 16 or len(flat) < len(joints):
                raise InputError(f"damaged glTF: {entry.where} needs a 4x4 matrix for each of its {len(joints)} joints")
            matrices = flat[: len(joints)].reshape(-1, 4, 4).transpose(0, 2, 1)
        return Skin(joints, matrices, entry.index("skeleton", node_count), entry.text("name"))

    def _is_compressed(self, accessor: int) -> bool:
        """Whether an accessor's bytes can only be had by an extension that a file requires and nobody here decodes."""
        required = set(self.root.texts("extensionsRequired")).intersection(_COMPRESSIONS)
        if not required or accessor >= len(self.accessors.entries):
            return False
        view = self.accessors.entries[accessor].index("bufferView", len(self.accessors.views))
        return view is not None and not required.isdisjoint(self.accessors.views[view].child("extensions").values)

    def _texture_use(self, parent: CheckedObject, key: str, strength_key: str = "scale") -> TextureUse | None:
        if not parent.has(key):
            return None
        entry = parent.child(key)
        texture = entry.integer("index", most=self._length("textures") - 1)
        return TextureUse(texture, entry.integer("texCoord", 0), entry.number(strength_key, 1.0), _kept(entry))

    def _material(self, entry: CheckedObject) -> Material:
        surface = entry.child("pbrMetallicRoughness")
        return Material(
            name=entry.text("name"),
            base_color=surface.numbers("baseColorFactor", (1.0, 1.0, 1.0, 1.0)),
            base_color_texture=self._texture_use(surface, "baseColorTexture"),
            metallic=surface.number("metallicFactor", 1.0),
            roughness=surface.number("roughnessFactor", 1.0),
            metallic_roughness_texture=self._texture_use(surface, "metallicRoughnessTexture"),
            normal_texture=self._texture_use(entry, "normalTexture"),
            occlusion_texture=self._texture_use(entry, "occlusionTexture", "strength"),
            emissive=entry.numbers("emissiveFactor", (0.0, 0.0, 0.0)),
            emissive_texture=self._texture_use(entry, "emissiveTexture"),
            alpha_mode=entry.text("alphaMode", "OPAQUE"),
            alpha_cutoff=entry.number("alphaCutoff", 0.5),
            double_sided=entry.flag("doubleSided"),
            extensions=_kept(entry),
            extras=_extras(entry),
        )

    def _texture(self, entry: CheckedObject) -> Texture:
        chosen = entry.index("sampler", len(self.samplers))
        found = CheckedObject({}, "") if chosen is None else self.samplers[chosen]
        sampler = {name: found.integer(name) for name in ("magFilter", "minFilter", "wrapS", "wrapT") if found.has(name)}
        return Texture(entry.index("source", self._length("images")), sampler, entry.text("name"), _kept(entry))

    def _images(self) -> tuple[Image, ...]:
        entries = self.root.children("images")
        contents = _bounded(self._image_bytes(entry) for entry in entries)
        return tuple(_image(entry, data) for entry, data in zip(entries, contents, strict=True))

    def _image_bytes(self, entry: CheckedObject) -> bytes:
        if entry.has("uri"):
            return resolve_uri(entry.text("uri"), self.folder)
        return bytes(self.accessors.view_bytes(entry.integer("bufferView", most=len(self.accessors.views) - 1)))

    def _animation(self, entry: CheckedObject) -> Animation:
        samplers = entry.children("samplers")
        channels = (self._channel(channel, samplers) for channel in entry.children("channels"))
        return Animation(entry.text("name"), tuple(channel for channel in channels if channel is not None))

    def _channel(self, entry: CheckedObject, samplers: tuple[CheckedObject, ...]) -> Channel | None:
        target = entry.child("target")
        node, path = target.index("node", self._length("nodes")), target.text("path")
        if node is None or path not in (*_PATH_WIDTHS, "weights"):
            return None
        sampler = samplers[entry.integer("sampler", most=len(samplers) - 1)]
        times, values = self._accessor(sampler, "input"), self._accessor(sampler, "output")
        interpolation = sampler.text("interpolation", "LINEAR")
        rows = len(times) * (3 if interpolation == "CUBICSPLINE" else 1)
        width = _PATH_WIDTHS.get(path, values.size // rows)
        if times.ndim != 1 or times.dtype != np.float32 or width * rows != values.size or width == 0:
            raise InputError(f"damaged glTF: {sampler.where} has {values.size} numbers for {len(times)} keys of {path}")
        return Channel(node, path, times, values.reshape(rows, width), interpolation)


def _image(entry: CheckedObject, data: bytes) -> Image:
    uri = entry.text("uri")
    known = next((mime for sign, mime in _IMAGE_SIGNATURES.items() if data.startswith(sign)), "application/octet-stream")
    name = entry.text("name") or (Path(uri).stem if uri and not data_uri_mime(uri) and len(uri) < 256 else "")
    return Image(data, entry.text("mimeType") or data_uri_mime(uri) or known, name)


def _kept(entry: CheckedObject) -> Mapping[str, Any]:
    return {name: value for name, value in entry.child("extensions").values.items() if name not in _RESOLVED}


def _extras(entry: CheckedObject) -> Mapping[str, Any]:
    extras = entry.values.get("extras")
    return extras if isinstance(extras, dict) else {}


def _transform(entry: CheckedObject) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    if entry.has("matrix"):
        matrix = np.array(entry.numbers("matrix", (0.0,) * 16)).reshape(4, 4).T
        return decompose(matrix)
    rotation = entry.numbers("rotation", (0.0, 0.0, 0.0, 1.0))
    if not any(rotation):
        raise entry.error("rotation", "a unit quaternion", list(rotation))
    return entry.numbers("translation", (0.0, 0.0, 0.0)), rotation, entry.numbers("scale", (1.0, 1.0, 1.0))


def _target_names(mesh: CheckedObject) -> tuple[str, ...]:
    """The names on the mesh, else those that older exporters put on its first primitive, else numbers."""
    parts = mesh.children("primitives")
    most = max((len(part.items("targets")) for part in parts), default=0)
    for owner, count in ((mesh, most), *((part, len(part.items("targets"))) for part in parts[:1])):
        names = _extras(owner).get("targetNames")
        if isinstance(names, list) and len(names) == count:
            return CheckedObject({"names": names}, owner.where).texts("names")
    return tuple(f"target{number}" for number in range(len(parts[0].items("targets")) if parts else 0))
