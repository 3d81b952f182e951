"""A `Document` to the bytes of a .glb. The same document gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pygltflib as pg

from avatarkit.gltf.container import join_container
from avatarkit.gltf.document import Animation, Document, Material, Mesh, Node, Primitive, Skin, Texture, TextureUse
from avatarkit.gltf.packing import BufferPacker

_IDENTITY_NODE = Node("")


def document_to_glb(document: Document) -> bytes:
    """The document as a binary glTF 2.0 file.

    Morph targets become sparse accessors where that is smaller; indices and joints are stored as narrow as they fit; equal
    arrays are stored once.
    """
    packer, samplers = BufferPacker(), _distinct_samplers(document)
    file = pg.GLTF2(
        asset=pg.Asset(generator=document.generator or "avatarkit", copyright=document.copyright or None),
        nodes=[_node(node) for node in document.nodes],
        meshes=[_mesh(mesh, packer) for mesh in document.meshes],
        skins=[_skin(skin, packer) for skin in document.skins],
        materials=[_material(material) for material in document.materials],
        textures=[_texture(texture, samplers) for texture in document.textures],
        samplers=[pg.Sampler(**sampler) for sampler in samplers],
        images=[
            pg.Image(bufferView=packer.view(image.data), mimeType=image.mime_type, name=image.name) for image in document.images
        ],
        animations=[_animation(animation, packer) for animation in document.animations],
        cameras=[dict(camera) for camera in document.cameras],
        scenes=[pg.Scene(name=scene.name, nodes=list(scene.nodes)) for scene in document.scenes],
        scene=document.scene,
        extensions=dict(document.extensions),
        extras=dict(document.extras),
        extensionsUsed=list(document.extensions_used),
        extensionsRequired=list(document.extensions_required),
    )
    file.accessors, file.bufferViews = packer.accessors, packer.views
    file.buffers = [pg.Buffer(byteLength=len(packer.blob))] if packer.blob else []
    return join_container(file.gltf_to_json(separators=(",", ":"), indent=None).encode(), bytes(packer.blob))


def _node(node: Node) -> pg.Node:
    def unless_default(name: str) -> list[float] | None:
        value = getattr(node, name)
        return None if value == getattr(_IDENTITY_NODE, name) else list(value)

    return pg.Node(
        name=node.name,
        translation=unless_default("translation"),
        rotation=unless_default("rotation"),
        scale=unless_default("scale"),
        children=list(node.children),
        mesh=node.mesh,
        skin=node.skin,
        camera=node.camera,
        **_extra(node),
    )


def _mesh(mesh: Mesh, packer: BufferPacker) -> pg.Mesh:
    names = {"targetNames": list(mesh.target_names)} if mesh.target_names else {}
    return pg.Mesh(
        name=mesh.name,
        primitives=[_primitive(primitive, packer) for primitive in mesh.primitives],
        weights=list(mesh.weights),
        extensions=dict(mesh.extensions),
        extras={**mesh.extras, **names},
    )


def _primitive(primitive: Primitive, packer: BufferPacker) -> pg.Primitive:
    attributes = {
        name: packer.vertices(_stored(name, array), bounds=name == "POSITION")
        for name, array in sorted(primitive.attributes.items())
    }
    indices = None if primitive.indices is None else packer.indices(primitive.indices, primitive.vertex_count)
    targets = [
        pg.Attributes(**{name: packer.offsets(rows, bounds=name == "POSITION") for name, rows in sorted(target.items())})
        for target in primitive.targets
    ]
    return pg.Primitive(
        attributes=pg.Attributes(**attributes),
        indices=indices,
        mode=primitive.mode,
        material=primitive.material,
        targets=targets,
        **_extra(primitive),
    )


def _stored(name: str, array: np.ndarray) -> np.ndarray:
    if name.startswith("JOINTS_"):
        return array.astype("u1" if array.max(initial=0) <= np.iinfo(np.uint8).max else "<u2")
    return array.astype("<f4") if array.dtype.kind == "f" else array


def _skin(skin: Skin, packer: BufferPacker) -> pg.Skin:
    matrices = None
    if skin.inverse_bind is not None:
        by_columns = skin.inverse_bind.transpose(0, 2, 1).reshape(-1, 16)
        matrices = packer.values(by_columns)
    return pg.Skin(name=skin.name, joints=list(skin.joints), inverseBindMatrices=matrices, skeleton=skin.skeleton)


def _material(material: Material) -> pg.Material:
    return pg.Material(
        name=material.name,
        pbrMetallicRoughness=pg.PbrMetallicRoughness(
            baseColorFactor=list(material.base_color),
            metallicFactor=material.metallic,
            roughnessFactor=material.roughness,
            baseColorTexture=_texture_info(material.base_color_texture),
            metallicRoughnessTexture=_texture_info(material.metallic_roughness_texture),
        ),
        normalTexture=_texture_info(material.normal_texture, pg.NormalMaterialTexture, "scale"),
        occlusionTexture=_texture_info(material.occlusion_texture, pg.OcclusionTextureInfo, "strength"),
        emissiveFactor=list(material.emissive),
        emissiveTexture=_texture_info(material.emissive_texture),
        alphaMode=material.alpha_mode,
        alphaCutoff=material.alpha_cutoff if material.alpha_mode == "MASK" else None,  # an error with another mode
        doubleSided=material.double_sided,
        **_extra(material),
    )


def _texture_info(use: TextureUse | None, kind: type = pg.TextureInfo, strength_key: str = "") -> Any:
    if use is None:
        return None
    strength = {strength_key: use.strength} if strength_key else {}
    return kind(index=use.texture, texCoord=use.uv_set, extensions=dict(use.extensions), **strength)


def _distinct_samplers(document: Document) -> list[Mapping[str, int]]:
    samplers: list[Mapping[str, int]] = []
    for texture in document.textures:
        if texture.sampler and texture.sampler not in samplers:
            samplers.append(texture.sampler)
    return samplers


def _texture(texture: Texture, samplers: list[Mapping[str, int]]) -> pg.Texture:
    sampler = samplers.index(texture.sampler) if texture.sampler else None
    return pg.Texture(sampler=sampler, source=texture.image, name=texture.name, extensions=dict(texture.extensions))


def _animation(animation: Animation, packer: BufferPacker) -> pg.Animation:
    samplers, channels = [], []
    for number, channel in enumerate(animation.channels):
        flat = channel.values.reshape(-1) if channel.path == "weights" else channel.values
        times, values = packer.values(channel.times_s, bounds=True), packer.values(flat)
        samplers.append(pg.AnimationSampler(input=times, output=values, interpolation=channel.interpolation))
        target = pg.AnimationChannelTarget(node=channel.node, path=channel.path)
        channels.append(pg.AnimationChannel(sampler=number, target=target))
    return pg.Animation(name=animation.name, channels=channels, samplers=samplers)


def _extra(part: Node | Primitive | Material) -> dict[str, dict[str, Any]]:
    return {"extensions": dict(part.extensions), "extras": dict(part.extras)}
