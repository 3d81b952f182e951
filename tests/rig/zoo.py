"""Rigs that tests share: the zoo's, made once."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

from avatarkit.gltf.container import join_container
from avatarkit.rig.load_rig import load_rig
from avatarkit.rig.skeleton import HumanoidRig
from benchmarks.rig_zoo import Specimen, creatures, humanoids


@cache
def all_humanoids() -> dict[str, Specimen]:
    return {specimen.name: specimen for specimen in humanoids(quick=True)}


@cache
def all_creatures() -> dict[str, Specimen]:
    return {specimen.name: specimen for specimen in creatures()}


@cache
def rig_of(name: str) -> HumanoidRig:
    """A humanoid of the zoo, loaded once for all tests."""
    return load_rig(all_humanoids()[name].data, name=name)


def edited(data: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """A binary glTF without buffers whose JSON was changed."""
    (length,) = struct.unpack_from("<I", data, 12)
    content = json.loads(data[20 : 20 + length])
    change(content)
    return join_container(json.dumps(content).encode(), b"")
