"""`avatarkit inspect`: what is in an avatar file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import avatarkit as ak
from avatarkit.cli.text import file_size, printable

if TYPE_CHECKING:
    from avatarkit.export.inspection import Bone, Inspection, TextureContent

LISTED = 100
"""So many names of a kind are listed for people; JSON has all."""


def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .glb, .gltf, .vrm or .vrma.")],
    as_json: Annotated[bool, typer.Option("--json", help="One object with everything.")] = False,
) -> str:
    """Show what is in a file: bones, which human bone each is, morphs, triangles, materials, textures."""
    found = ak.inspect_file(file)
    if as_json:
        return json.dumps(found.as_dict(), indent=2)
    return "\n".join(printable(line) for line in _lines(found))


def _lines(found: Inspection) -> list[str]:
    told = f"{len(found.human_bones)} human by {found.naming}" if found.naming else "none known as human"
    meshes = (f"{m.name}  {m.triangles} triangles, {len(m.morphs)} morphs, {', '.join(m.materials)}" for m in found.meshes)
    morphs = dict.fromkeys(name for mesh in found.meshes for name in mesh.morphs)
    clips = (f"{clip.name}  {clip.seconds:.2f} s, {clip.nodes} nodes" for clip in found.animations)
    return [
        f"{found.format}, {file_size(found.bytes)}, {found.generator or 'unknown program'}",
        f"{found.triangles} triangles, {found.vertices} vertices",
        *_list("meshes", meshes),
        *_list("materials", found.materials),
        *_list("textures", (_texture(texture) for texture in found.textures)),
        *_list(f"bones ({told})", (_bone(bone) for bone in found.bones)),
        *_list("morphs", morphs),
        *_list("expressions", found.expressions),
        *_list("animations", clips),
        *_list("extensions", found.extensions),
        *_list("meta", (f"{key}: {value}" for key, value in found.meta.items())),
    ]


def _list(title: str, items: Iterable[str]) -> list[str]:
    """The title with the number of items, and the items below it; nothing where there is none."""
    lines = [f"  {item}" for item in items]
    more = [f"  ... and {len(lines) - LISTED} more"] if len(lines) > LISTED else []
    return [f"{title}: {len(lines)}", *lines[:LISTED], *more] if lines else []


def _bone(bone: Bone) -> str:
    return f"{bone.name:<28} {bone.human_bone or ''}".rstrip()


def _texture(texture: TextureContent) -> str:
    size = f"{texture.width}x{texture.height}" if texture.width else "size unknown"
    return f"{texture.name}  {size}, {texture.mime_type}, {file_size(texture.bytes)}"
