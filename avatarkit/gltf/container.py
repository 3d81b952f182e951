"""The outer shell of a glTF file: a .glb's chunks, a .gltf's text, and the files and data URIs it names."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from pathlib import Path
from urllib.parse import unquote

from avatarkit.errors import InputError

MAX_FILE_BYTES = 512 * 2**20
"""Largest file that is read. The largest avatars uploaded anywhere are 500 MB (VRChat, PC)."""

_MAGIC = b"glTF"
_HEADER = struct.Struct("<4sII")
_CHUNK = struct.Struct("<I4s")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def is_glb(data: bytes) -> bool:
    """Whether `data` begins like a binary glTF."""
    return data[:4] == _MAGIC


def split_container(data: bytes) -> tuple[bytes, bytes | None]:
    """The JSON text and the binary chunk (None without one) of a .glb or .gltf. Raises InputError when damaged."""
    if not is_glb(data):
        if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            raise InputError("this is not a glTF file: it begins neither with 'glTF' nor with '{'")
        return data, None
    chunks = _chunks(data)
    if not chunks or chunks[0][0] != b"JSON":
        raise InputError("damaged GLB: the first chunk must be JSON")
    binary = next((content for kind, content in chunks[1:] if kind == b"BIN\0"), None)
    return chunks[0][1], binary


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    if len(data) < _HEADER.size:
        raise InputError(f"damaged GLB: {len(data)} bytes are less than a header")
    _, version, length = _HEADER.unpack_from(data)
    if version != 2:
        raise InputError(f"this GLB has version {version}; only glTF 2 can be read")
    if length > len(data):
        raise InputError(f"damaged GLB: {length} bytes announced, {len(data)} there; the file is cut off")
    chunks, offset = [], _HEADER.size
    while offset + _CHUNK.size <= length:
        size, kind = _CHUNK.unpack_from(data, offset)
        offset += _CHUNK.size
        if size > length - offset:
            raise InputError("damaged GLB: a chunk is longer than the file")
        chunks.append((kind, data[offset : offset + size]))
        offset += size
    return chunks


def read_bounded(path: Path) -> bytes:
    """The content of a regular file of at most `MAX_FILE_BYTES`. Raises InputError for anything else."""
    try:
        if not path.is_file():
            raise InputError("there is no such file" if not path.exists() else "this is not a file")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise InputError(f"{size / 2**20:.0f} MB are too much; at most {MAX_FILE_BYTES >> 20} MB are read")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"this file cannot be read ({getattr(error, 'strerror', None) or error})") from error


def resolve_uri(uri: str, folder: Path | None) -> bytes:
    """The bytes behind a data URI or a file in `folder`; nothing outside the folder and no address is followed.

    Args:
        uri: as it stands in the file.
        folder: where the file lies; None when it lies nowhere.

    Raises:
        InputError: another kind of URI, a path out of the folder, a missing or damaged source.
    """
    if uri[:5].lower() == "data:":
        return _decode_data_uri(uri)
    name = unquote(uri)
    shown = name if len(name) <= 60 else name[:57] + "..."
    if folder is None or _SCHEME.match(name) or name.startswith(("/", "\\")) or "\0" in name:
        raise InputError(f"refused to follow {shown!r}: only data URIs and files in the same folder are read")
    try:
        inside = (folder / name).resolve()
        outside = not inside.is_relative_to(folder.resolve())
    except (OSError, RuntimeError) as error:
        raise InputError(f"the file names {shown!r}, which cannot be found") from error
    if outside:
        raise InputError(f"refused to follow {shown!r}: it lies outside the file's folder")
    try:
        return read_bounded(inside)
    except InputError as error:
        raise InputError(f"the file names {shown!r}: {error}") from error


def data_uri_mime(uri: str) -> str:
    """The media type a data URI states, or an empty string."""
    return uri[5:].split(",", 1)[0].split(";", 1)[0] if uri[:5].lower() == "data:" else ""


def _decode_data_uri(uri: str) -> bytes:
    header, comma, body = uri.partition(",")
    if not comma or not header.lower().endswith(";base64"):
        raise InputError("damaged glTF: a data URI must be base64")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"damaged glTF: a data URI is not base64 ({error})") from error


def join_container(text: bytes, binary: bytes) -> bytes:
    """A .glb of its JSON text and its binary chunk; without `binary` it has none."""
    body = _chunk(b"JSON", text, b" ") + (_chunk(b"BIN\0", binary, b"\0") if binary else b"")
    return _HEADER.pack(_MAGIC, 2, _HEADER.size + len(body)) + body


def _chunk(kind: bytes, content: bytes, filler: bytes) -> bytes:
    padding = -len(content) % 4
    return _CHUNK.pack(len(content) + padding, kind) + content + filler * padding
