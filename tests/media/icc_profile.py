"""Write a colour profile of three primaries and one gamma (ICC.1:2010, 8.3). For tests only."""

from __future__ import annotations

import struct

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
DISPLAY_P3_TO_XYZ_D50 = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
"""Columns are red, green, blue. Source: the primaries of SMPTE EG 432-1 with a D65 white, adapted to D50 by Bradford."""


def profile_bytes(primaries: np.ndarray = DISPLAY_P3_TO_XYZ_D50, gamma: float = 2.2) -> bytes:
    curve = b"curv" + struct.pack(">IIH2x", 0, 1, round(gamma * 256))
    tags = {
        b"desc": b"desc" + struct.pack(">II", 0, 5) + b"test\0" + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": _xyz(D50),
        b"rXYZ": _xyz(primaries[:, 0]),
        b"gXYZ": _xyz(primaries[:, 1]),
        b"bXYZ": _xyz(primaries[:, 2]),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, content, offset = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, tag in tags.items():
        data = tag + bytes(-len(tag) % 4)
        table += name + struct.pack(">II", offset + len(content), len(data))
        content += data
    head = struct.pack(">I4xI4s4s4s12x4s28x", offset + len(content), 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    return head + struct.pack(">III", *_fixed(D50)) + bytes(48) + table + content


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">iii", *_fixed(values))


def _fixed(values: np.ndarray) -> list[int]:
    return [round(value * 65536) for value in values]
