"""Write a small HEIC file: one HEVC picture in the boxes of ISO/IEC 14496-12 and 23008-12. For tests only."""

from __future__ import annotations

import struct
from fractions import Fraction

import av
import numpy as np


def heic_bytes(pixels: np.ndarray, *, quarter_turns: int = 0, declared: tuple[int, int] | None = None) -> bytes:
    """A HEIC file.

    Args:
        pixels: (H, W, 3) uint8, even sides.
        quarter_turns: anticlockwise turns a reader has to apply (the `irot` property).
        declared: width and height that the file claims, when it is to lie.
    """
    parameter_sets, picture = _hevc(pixels)
    height, width = pixels.shape[:2]
    width, height = declared or (width, height)
    properties = _box(
        b"ipco", _hvcc(parameter_sets) + _full_box(b"ispe", struct.pack(">II", width, height)) + _irot(quarter_turns)
    )
    association = _full_box(b"ipma", struct.pack(">IHB", 1, 1, 3) + bytes([0x81, 0x02, 0x83]))
    entry = _full_box(b"infe", struct.pack(">HH4s", 1, 0, b"hvc1") + b"\0", version=2)
    ftyp = _box(b"ftyp", b"heic" + struct.pack(">I", 0) + b"mif1heic")

    def meta(offset: int) -> bytes:
        location = struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, offset, len(picture))
        return _full_box(
            b"meta",
            _full_box(b"hdlr", struct.pack(">I4s12x", 0, b"pict") + b"\0")
            + _full_box(b"pitm", struct.pack(">H", 1))
            + _full_box(b"iloc", location)
            + _full_box(b"iinf", struct.pack(">H", 1) + entry)
            + _box(b"iprp", properties + association),
        )

    offset = len(ftyp) + len(meta(0)) + 8
    return ftyp + meta(offset) + _box(b"mdat", picture)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _full_box(kind: bytes, content: bytes, version: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24) + content)


def _irot(quarter_turns: int) -> bytes:
    return _box(b"irot", bytes([quarter_turns & 3]))


def _hvcc(parameter_sets: dict[int, bytes]) -> bytes:
    sequence = parameter_sets[33]
    profile = sequence[3:15]  # general_profile_space .. general_level_idc follow the NAL header and one byte
    head = b"\x01" + profile + struct.pack(">HBBBBHBB", 0xF000, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0x0F, len(parameter_sets))
    arrays = b"".join(struct.pack(">BHH", 0x80 | kind, 1, len(unit)) + unit for kind, unit in sorted(parameter_sets.items()))
    return _box(b"hvcC", head + arrays)


def _hevc(pixels: np.ndarray) -> tuple[dict[int, bytes], bytes]:
    """The parameter sets by NAL unit type, and the picture's units with their lengths in front."""
    encoder = av.CodecContext.create("libx265", "w")
    encoder.height, encoder.width = pixels.shape[:2]
    encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, 25)
    encoder.options = {"x265-params": "log-level=none:crf=8:keyint=1"}
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    stream = b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
    units = [unit.rstrip(b"\0") for unit in stream.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:]]
    kinds = [unit[0] >> 1 for unit in units]
    parameter_sets = {kind: unit for kind, unit in zip(kinds, units, strict=True) if kind in (32, 33, 34)}
    slices = [unit for kind, unit in zip(kinds, units, strict=True) if kind < 32]
    return parameter_sets, b"".join(struct.pack(">I", len(unit)) + unit for unit in slices)
