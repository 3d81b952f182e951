"""A rig's own file with one more animation; all else in it stays as it is, byte for byte.

The file's JSON gets accessors, buffer views and an animation at the end of its lists, its buffer the keys at its end; no index
that was there changes, so extensions keep their meaning.

Source: Khronos, glTF 2.0 specification, 3.11 (animations); KhronosGroup/glTF-Validator, ISSUES.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from avatarkit.errors import InputError, UsageError
from avatarkit.gltf.checked_json import parse_json
from avatarkit.gltf.container import join_container, resolve_uri, split_container
from avatarkit.gltf.transforms import decompose
from avatarkit.retargeting.rig_motion import RigMotion

FLOAT = 5126
"""glTF's number for 32-bit floats."""

ANIMATION_NAME = "avatarkit"

STILL_M = 1e-6
STILL = 1e-6
"""What changes by less over a whole motion is still: one key, or none where it is at rest. Metres; parts of a quaternion."""

_TRS = {"translation": "VEC3", "rotation": "VEC4", "scale": "VEC3"}


def animated_glb(motion: RigMotion, *, name: str = ANIMATION_NAME) -> bytes:
    """The rig's file with the motion as one more animation, as binary glTF.

    Args:
        motion: on a rig that has a file.
        name: the animation's.

    Raises:
        UsageError: the rig has no file.
        InputError: its file names others that cannot be read.
    """
    rig = motion.rig
    if not rig.data or not rig.nodes:
        raise UsageError("This rig has no file to animate; load it with load_rig.")
    text, binary = split_container(rig.data)
    root = parse_json(text).values
    blob = _one_buffer(root, binary, rig.folder)
    _images_inside(root, blob, rig.folder)
    writer = _KeyWriter(root, blob, motion.times_s)
    _add_joints(root, motion, writer)
    _add_weights(root, motion, writer)
    if not writer.channels:
        _add_first_rotation(motion, writer)
    root.setdefault("animations", []).append({"name": name, "channels": writer.channels, "samplers": writer.samplers})
    root["buffers"] = [{"byteLength": len(blob)}, *root.get("buffers", [{}])[1:]]
    return join_container(json.dumps(root, separators=(",", ":"), ensure_ascii=False).encode(), bytes(blob))


def _one_buffer(root: dict[str, Any], binary: bytes | None, folder: Path | None) -> bytearray:
    """The file's buffers one behind the other, and its views pointing there; a .glb's own chunk stays first."""
    blob, starts = bytearray(), []
    for number, buffer in enumerate(root.get("buffers", [])):
        _align(blob)
        starts.append(len(blob))
        content = resolve_uri(buffer["uri"], folder) if "uri" in buffer else binary if number == 0 else None
        if content is None and "extensions" in buffer:
            raise InputError("its meshes are compressed (meshopt): export it again without compression")
        blob += (content or b"")[: buffer["byteLength"]]
    for view in root.get("bufferViews", []):
        start = starts[view["buffer"]]
        if start:
            view["byteOffset"] = view.get("byteOffset", 0) + start
        view["buffer"] = 0
    root["buffers"] = [{"byteLength": len(blob)}]
    return blob


def _images_inside(root: dict[str, Any], blob: bytearray, folder: Path | None) -> None:
    """Pictures beside the file go into it: the new file may stand anywhere."""
    for image in root.get("images", []):
        if "uri" not in image:
            continue
        content = resolve_uri(image["uri"], folder)
        mime = image.get("mimeType") or _mime(content)
        image["bufferView"], image["mimeType"] = _view(root, blob, content), mime
        del image["uri"]


def _mime(content: bytes) -> str:
    return "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"


def _view(root: dict[str, Any], blob: bytearray, content: bytes) -> int:
    _align(blob)
    views = root.setdefault("bufferViews", [])
    views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": len(content)})
    blob += content
    return len(views) - 1


def _align(blob: bytearray) -> None:
    blob += b"\0" * (-len(blob) % 4)


class _KeyWriter:
    """Collects the channels of one animation."""

    def __init__(self, root: dict[str, Any], blob: bytearray, times_s: np.ndarray) -> None:
        self.root, self.blob = root, blob
        self.times = _rising(times_s - times_s[0])
        self.channels: list[dict[str, Any]] = []
        self.samplers: list[dict[str, Any]] = []
        self._inputs: dict[int, int] = {}

    def add(self, node: int, path: str, values: np.ndarray, still: float, rest: np.ndarray | None) -> None:
        """A channel of values (T, n): nothing where they rest, one key where they never change."""
        values = np.asarray(values, np.float32)
        if np.ptp(values, axis=0).max(initial=0.0) <= still:
            values = values[:1]
            if rest is not None and np.abs(values[0] - rest).max() <= still:
                return
        output = self._accessor(values.reshape(-1) if path == "weights" else values, _TRS.get(path, "SCALAR"))
        self.channels.append({"sampler": len(self.samplers), "target": {"node": node, "path": path}})
        self.samplers.append({"input": self._input(len(values)), "output": output, "interpolation": "LINEAR"})

    def _input(self, count: int) -> int:
        if count not in self._inputs:
            times = self.times[:count]
            self._inputs[count] = self._accessor(times, "SCALAR", (float(times[0]), float(times[-1])))
        return self._inputs[count]

    def _accessor(self, values: np.ndarray, kind: str, bounds: tuple[float, float] | None = None) -> int:
        values = np.ascontiguousarray(values, "<f4")
        entry: dict[str, Any] = {
            "bufferView": _view(self.root, self.blob, values.tobytes()),
            "componentType": FLOAT,
            "count": len(values),
            "type": kind,
        }
        if bounds is not None:
            entry["min"], entry["max"] = [bounds[0]], [bounds[1]]
        accessors = self.root.setdefault("accessors", [])
        accessors.append(entry)
        return len(accessors) - 1


def _rising(times_s: np.ndarray) -> np.ndarray:
    """Times as 32-bit floats that still rise strictly."""
    times = times_s.astype(np.float32)
    for index in np.flatnonzero(np.diff(times) <= 0):
        times[index + 1] = np.nextafter(max(times[index], times[index + 1]), np.float32(np.inf))
    return times


def _add_joints(root: dict[str, Any], motion: RigMotion, writer: _KeyWriter) -> None:
    hips = motion.rig.human_bones["hips"]
    for joint, number in enumerate(motion.rig.nodes):
        node = root["nodes"][number]
        translations, rotations = motion.translations[:, joint], motion.rotations[:, joint]
        rest_translation, rest_rotation, _ = _rest(node)
        moves = joint == hips or np.abs(translations - rest_translation).max() > STILL_M
        channels = len(writer.channels)
        writer.add(number, "rotation", _nearest_to(rotations, rest_rotation), STILL, rest_rotation)
        if moves:
            writer.add(number, "translation", translations, STILL_M, rest_translation)
        if len(writer.channels) > channels and "matrix" in node:
            _as_trs(node)


def _nearest_to(rotations: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """The same rotations, all negated where that brings the first nearer to the rest rotation."""
    return -rotations if rotations[0] @ rest < 0 else rotations


def _rest(node: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A node's translation, rotation and scale."""
    if "matrix" in node:
        parts = decompose(np.array(node["matrix"], float).reshape(4, 4).T)
    else:
        parts = (
            node.get("translation", (0.0, 0.0, 0.0)),
            node.get("rotation", (0.0, 0.0, 0.0, 1.0)),
            node.get("scale", (1.0, 1.0, 1.0)),
        )
    translation, rotation, scale = (np.array(part, float) for part in parts)
    return translation, rotation, scale


def _as_trs(node: dict[str, Any]) -> None:
    """A matrix that is to be animated becomes translation, rotation and scale, as glTF wants it."""
    translation, rotation, scale = _rest(node)
    del node["matrix"]
    node.update(translation=translation.tolist(), rotation=rotation.tolist(), scale=scale.tolist())


def _add_weights(root: dict[str, Any], motion: RigMotion, writer: _KeyWriter) -> None:
    """One channel for each mesh that has any of the rig's morphs; it sets all of the mesh's targets."""
    columns = {name: column for column, name in enumerate(motion.rig.morph_names)}
    if not columns:
        return
    for number, node in enumerate(root["nodes"]):
        if "mesh" not in node:
            continue
        mesh = root["meshes"][node["mesh"]]
        names = target_names(mesh)
        if not any(name in columns for name in names):
            continue
        rest = np.array(node.get("weights") or mesh.get("weights") or [0.0] * len(names), float)
        values = np.repeat(rest[None], len(motion.times_s), axis=0)
        for place, name in enumerate(names):
            if name in columns:
                values[:, place] = motion.morph_weights[:, columns[name]]
        writer.add(number, "weights", values, STILL, rest)


def target_names(mesh: dict[str, Any]) -> list[str]:
    """The names of a mesh's morph targets in the raw JSON, numbered where it has none, as the document reader does."""
    first = mesh["primitives"][0] if mesh.get("primitives") else {}
    count = len(first.get("targets", []))
    for owner in (mesh, first):
        extras = owner.get("extras")
        names = extras.get("targetNames") if isinstance(extras, dict) else None
        if isinstance(names, list) and len(names) == count:
            return [str(name) for name in names]
    return [f"target{place}" for place in range(count)]


def _add_first_rotation(motion: RigMotion, writer: _KeyWriter) -> None:
    """An animation needs a channel: of a motion at rest, the hips' rotation."""
    hips = motion.rig.human_bones["hips"]
    writer.add(motion.rig.nodes[hips], "rotation", motion.rotations[:1, hips], STILL, None)
