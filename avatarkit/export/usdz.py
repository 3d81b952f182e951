"""An avatar as a .usdz, for Apple's Quick Look: skinned meshes, textures, preview materials; without expressions.

Source: openusd.org, UsdSkel, UsdPreviewSurface and the usdz specification; Quick Look shows what these say.
"""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarkit.avatar.avatar import Avatar, AvatarMesh, Material, Texture
from avatarkit.errors import MissingError
from avatarkit.export.materials import without_drawing
from avatarkit.export.pictures import encode_picture
from avatarkit.export.scene import repeats
from avatarkit.geometry import quaternions
from avatarkit.rig.skeleton import Skeleton

if TYPE_CHECKING:
    from pxr import Usd

_ROOT = "/Avatar"
_SKELETON = f"{_ROOT}/Skeleton"
_MATERIALS = f"{_ROOT}/Materials"
_SUFFIXES = {"jpeg": "jpg", "png": "png"}


def usd_is_there() -> bool:
    """Whether usd-core is installed."""
    return find_spec("pxr") is not None


def check_usd() -> None:
    """Raise MissingError without usd-core."""
    if not usd_is_there():
        raise MissingError("A .usdz needs usd-core: pip install 'avatarkit[usdz]'.")


def usdz_bytes(avatar: Avatar) -> bytes:
    """The avatar as a USD package: one skeleton, a mesh for each of its own, textures beside them.

    Raises:
        MissingError: usd-core is not installed.
    """
    check_usd()
    from pxr import Sdf, Usd

    with tempfile.TemporaryDirectory() as folder:
        scene, package = Path(folder) / "avatar.usdc", Path(folder) / "avatar.usdz"
        stage = Usd.Stage.CreateNew(str(scene))
        textures = _fill(stage, avatar)
        stage.GetRootLayer().Save()
        writer = Sdf.ZipFileWriter.CreateNew(str(package))
        writer.AddFile(str(scene), scene.name)  # first, as the format asks
        for texture in textures:
            path = Path(folder) / _file(texture)
            path.write_bytes(encode_picture(texture.pixels, texture.encoding))
            writer.AddFile(str(path), path.name)
        writer.Save()
        return package.read_bytes()


def _fill(stage: Usd.Stage, avatar: Avatar) -> list[Texture]:
    """Put the avatar onto an empty stage; returns the pictures that it names."""
    from pxr import UsdGeom, UsdSkel

    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    root = UsdSkel.Root.Define(stage, _ROOT)
    stage.SetDefaultPrim(root.GetPrim())
    _extent(root, avatar)
    _skeleton(stage, avatar.rig.skeleton)
    materials = {material.name: without_drawing(material) for material in avatar.materials}
    for material in materials.values():
        _material(stage, material, avatar)
    for mesh in avatar.meshes:
        _mesh(stage, mesh, materials[mesh.material])
    return list({_file(texture): texture for material in materials.values() for texture in material.textures}.values())


def _extent(root: Any, avatar: Avatar) -> None:
    from pxr import UsdGeom

    points = np.concatenate([mesh.positions for mesh in avatar.meshes])
    bounds = UsdGeom.ModelAPI.Apply(root.GetPrim())
    bounds.SetExtentsHint(_vectors(np.stack([points.min(axis=0), points.max(axis=0)])))


def _name(text: str) -> str:
    from pxr import Tf

    return str(Tf.MakeValidIdentifier(text))


def _file(texture: Texture) -> str:
    return f"{_name(texture.name)}.{_SUFFIXES[texture.encoding]}"


def _vectors(values: np.ndarray) -> Any:
    from pxr import Vt

    kinds = {2: Vt.Vec2fArray, 3: Vt.Vec3fArray}
    return kinds[values.shape[1]].FromNumpy(np.ascontiguousarray(values, np.float32))


def _skeleton(stage: Usd.Stage, skeleton: Skeleton) -> None:
    from pxr import UsdSkel, Vt

    made = UsdSkel.Skeleton.Define(stage, _SKELETON)
    paths: list[str] = []
    for name, parent in zip(skeleton.names, skeleton.parents, strict=True):
        paths.append(f"{paths[parent]}/{_name(name)}" if parent >= 0 else _name(name))
    positions, rotations = skeleton.rest_world
    made.CreateJointsAttr(paths)
    made.CreateBindTransformsAttr(Vt.Matrix4dArray(_matrices(positions, rotations)))
    made.CreateRestTransformsAttr(Vt.Matrix4dArray(_matrices(skeleton.rest_translations, skeleton.rest_rotations)))


def _matrices(positions: np.ndarray, rotations: np.ndarray) -> list[Any]:
    """USD's matrices act on rows."""
    from pxr import Gf

    made = np.tile(np.eye(4), (len(positions), 1, 1))
    made[:, :3, :3] = quaternions.to_matrix(rotations).transpose(0, 2, 1)
    made[:, 3, :3] = positions
    return [Gf.Matrix4d(matrix.tolist()) for matrix in made]


def _mesh(stage: Usd.Stage, mesh: AvatarMesh, material: Material) -> None:
    from pxr import Sdf, UsdGeom, UsdShade, UsdSkel, Vt

    made = UsdGeom.Mesh.Define(stage, f"{_ROOT}/{_name(mesh.name)}")
    made.CreatePointsAttr(_vectors(mesh.positions))
    made.CreateNormalsAttr(_vectors(mesh.normals))
    made.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
    made.CreateFaceVertexCountsAttr(Vt.IntArray([3] * len(mesh.triangles)))
    made.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(mesh.triangles.reshape(-1).astype(np.int32)))
    made.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    made.CreateDoubleSidedAttr(material.double_sided)
    made.CreateExtentAttr(_vectors(np.stack([mesh.positions.min(axis=0), mesh.positions.max(axis=0)])))
    places = UsdGeom.PrimvarsAPI(made).CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.vertex)
    places.Set(_vectors(mesh.uvs * [1.0, -1.0] + [0.0, 1.0]))  # USD counts rows from below
    bound = UsdSkel.BindingAPI.Apply(made.GetPrim())
    bound.CreateSkeletonRel().SetTargets([_SKELETON])
    bound.CreateJointIndicesPrimvar(False, 4).Set(Vt.IntArray.FromNumpy(mesh.joints.astype(np.int32).reshape(-1)))
    bound.CreateJointWeightsPrimvar(False, 4).Set(Vt.FloatArray.FromNumpy(mesh.weights.astype(np.float32).reshape(-1)))
    UsdShade.MaterialBindingAPI.Apply(made.GetPrim()).Bind(UsdShade.Material.Get(stage, f"{_MATERIALS}/{_name(material.name)}"))


def _material(stage: Usd.Stage, material: Material, avatar: Avatar) -> None:
    from pxr import Gf, Sdf, UsdShade

    path, kinds = f"{_MATERIALS}/{_name(material.name)}", Sdf.ValueTypeNames
    made = UsdShade.Material.Define(stage, path)
    surface = UsdShade.Shader.Define(stage, f"{path}/Surface")
    surface.CreateIdAttr("UsdPreviewSurface")
    made.CreateSurfaceOutput().ConnectToSource(surface.ConnectableAPI(), "surface")
    pictures = _Pictures(stage, path, avatar)
    red, green, blue, alpha = material.base_color
    color = surface.CreateInput("diffuseColor", kinds.Color3f)
    seen_through = material.alpha_mode != "OPAQUE"
    if material.base_color_texture is None:
        color.Set(Gf.Vec3f(red, green, blue))
    else:
        shader = pictures.add("Color", material.base_color_texture, scale=(red, green, blue, alpha), srgb=True)
        color.ConnectToSource(shader.ConnectableAPI(), "rgb")
        if seen_through and material.base_color_texture.pixels.shape[2] == 4:
            surface.CreateInput("opacity", kinds.Float).ConnectToSource(shader.ConnectableAPI(), "a")
    if material.alpha_mode == "MASK":
        surface.CreateInput("opacityThreshold", kinds.Float).Set(material.alpha_cutoff)
    elif seen_through and (material.base_color_texture is None or material.base_color_texture.pixels.shape[2] == 3):
        surface.CreateInput("opacity", kinds.Float).Set(alpha)
    for name, value, channel in (("roughness", material.roughness, "g"), ("metallic", material.metallic, "b")):
        entry = surface.CreateInput(name, kinds.Float)
        if material.roughness_texture is None:
            entry.Set(value)
        else:
            shader = pictures.add(
                "Roughness", material.roughness_texture, scale=(1.0, material.roughness, material.metallic, 1.0)
            )
            entry.ConnectToSource(shader.ConnectableAPI(), channel)
    if material.normal_texture is not None:
        turn = material.normal_scale
        shader = pictures.add(
            "Normal", material.normal_texture, scale=(2.0 * turn, 2.0 * turn, 2.0, 1.0), bias=(-turn, -turn, -1.0, 0.0)
        )
        surface.CreateInput("normal", kinds.Normal3f).ConnectToSource(shader.ConnectableAPI(), "rgb")
    if any(material.emissive):
        glow = surface.CreateInput("emissiveColor", kinds.Color3f)
        if material.emissive_texture is None:
            glow.Set(Gf.Vec3f(*material.emissive))
        else:
            shader = pictures.add("Glow", material.emissive_texture, scale=(*material.emissive, 1.0), srgb=True)
            glow.ConnectToSource(shader.ConnectableAPI(), "rgb")


class _Pictures:
    """The texture shaders of one material, each made once."""

    def __init__(self, stage: Usd.Stage, path: str, avatar: Avatar) -> None:
        self._stage, self._path, self._avatar = stage, path, avatar

    def add(
        self,
        name: str,
        texture: Texture,
        *,
        scale: tuple[float, ...],
        bias: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0),
        srgb: bool = False,
    ) -> Any:
        from pxr import Gf, Sdf, UsdShade

        kinds = Sdf.ValueTypeNames
        reader = UsdShade.Shader.Define(self._stage, f"{self._path}/Places")
        reader.CreateIdAttr("UsdPrimvarReader_float2")
        reader.CreateInput("varname", kinds.String).Set("st")
        shader = UsdShade.Shader.Define(self._stage, f"{self._path}/{name}")
        shader.CreateIdAttr("UsdUVTexture")
        shader.CreateInput("file", kinds.Asset).Set(_file(texture))
        shader.CreateInput("st", kinds.Float2).ConnectToSource(reader.ConnectableAPI(), "result")
        shader.CreateInput("scale", kinds.Float4).Set(Gf.Vec4f(*scale))
        shader.CreateInput("bias", kinds.Float4).Set(Gf.Vec4f(*bias))
        shader.CreateInput("sourceColorSpace", kinds.Token).Set("sRGB" if srgb else "raw")
        for axis, repeated in zip(("wrapS", "wrapT"), repeats(self._avatar, texture.name), strict=True):
            shader.CreateInput(axis, kinds.Token).Set("repeat" if repeated else "clamp")
        for output, kind in (
            ("rgb", kinds.Float3),
            ("r", kinds.Float),
            ("g", kinds.Float),
            ("b", kinds.Float),
            ("a", kinds.Float),
        ):
            shader.CreateOutput(output, kind)
        return shader
