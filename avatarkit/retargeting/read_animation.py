"""An animation of a glTF, VRM or VRM animation file as human motion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from avatarkit.errors import InputError, UsageError, unknown_name
from avatarkit.geometry import quaternions
from avatarkit.gltf.checked_json import CheckedObject
from avatarkit.gltf.document import Animation, Channel, Document
from avatarkit.gltf.reading import read_document
from avatarkit.motion.human_motion import BONE, EXPRESSIONS, HumanMotion, HumanSkeleton
from avatarkit.retargeting.skeleton_motion import SkeletonMotion, continuous
from avatarkit.retargeting.to_human import to_human
from avatarkit.rig.load_rig import load_rig
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import PRESET_EXPRESSIONS

SAMPLE_HZ = 60.0
"""Where keys are further apart than this, the curve between them is sampled: the rotation of a chain of joints does not run
straight while its parts do."""

MAX_MOMENTS = 100_000
"""Most moments of one animation, as of a BVH file."""

NEAREST_S = 1e-4
"""Keys nearer to each other than this are one moment."""

HALF_EYE_DISTANCE_M = 0.032
"""Half of the mean distance of grown people's pupils. Source: N. Dodgson, Variation and extrema of human interpupillary
distance, 2004: 63 mm."""


def read_animation(path: str | Path, *, animation: str | int | None = None) -> HumanMotion:
    """Read one animation of a humanoid's glTF file. Arguments and errors as `read_motion`."""
    path = Path(path)
    document, rig = read_document(path), load_rig(path)
    try:
        clip = _chosen(document, rig, animation)
        times = _moments(clip, rig)
        gaze = _gaze(document, clip, times)
        motion = to_human(rig, _sampled(rig, clip, times), expressions=_expressions(document, clip, times), on_floor=False)
        return _described(_with_gaze(motion, gaze, _eyes_from_head(document)), path, clip)
    except InputError as error:
        raise type(error)(f"{path.name}: {error}") from error


def _chosen(document: Document, rig: HumanoidRig, animation: str | int | None) -> Animation:
    if not document.animations:
        raise InputError("it holds no animation")
    names = [clip.name or f"animation {number}" for number, clip in enumerate(document.animations)]
    if animation is None:
        moved = set(rig.nodes)
        return max(document.animations, key=lambda clip: (any(c.node in moved for c in clip.channels), clip.seconds))
    if str(animation) in names:
        return document.animations[names.index(str(animation))]
    if str(animation).isdecimal():
        if int(animation) < len(names):
            return document.animations[int(animation)]
        raise UsageError(f"There is no animation {animation}: the file has {len(names)}, counted from 0.")
    raise unknown_name("animation", str(animation), names)


def _moments(clip: Animation, rig: HumanoidRig) -> np.ndarray:
    """The times at which the humanoid has keys, and more where they are far apart; from the first key on."""
    moved = set(rig.nodes)
    keys = [np.asarray(channel.times_s, float) for channel in clip.channels if channel.node in moved]
    if not keys:
        raise InputError(f"its animation {clip.name!r} does not move the humanoid")
    times = np.unique(np.concatenate(keys))
    steps = np.maximum(np.ceil(np.diff(times) * SAMPLE_HZ - NEAREST_S), 1)
    if not steps.sum() < MAX_MOMENTS:
        raise InputError(f"its animation {clip.name!r} has more than {MAX_MOMENTS} moments")
    parts = [np.linspace(start, end, int(n), endpoint=False) for start, end, n in zip(times, times[1:], steps, strict=False)]
    every = np.concatenate([*parts, times[-1:]])
    kept = np.concatenate([[True], np.diff(every) > NEAREST_S])
    return every[kept]


def _sampled(rig: HumanoidRig, clip: Animation, times: np.ndarray) -> SkeletonMotion:
    skeleton = rig.skeleton
    count = len(times)
    translations = np.repeat(skeleton.rest_translations[None], count, axis=0)
    rotations = np.repeat(skeleton.rest_rotations[None], count, axis=0)
    joints = {node: joint for joint, node in enumerate(rig.nodes)}
    for channel in clip.channels:
        joint = joints.get(channel.node)
        if joint is not None and channel.path == "translation":
            translations[:, joint] = sample_channel(channel, times)
        elif joint is not None and channel.path == "rotation":
            rotations[:, joint] = sample_channel(channel, times)
    return SkeletonMotion(skeleton, times - times[0], translations, rotations)


def sample_channel(channel: Channel, times_s: np.ndarray) -> np.ndarray:
    """What a channel says at the given times (T,): (T, n), held before its first key and after its last.

    Raises:
        InputError: keys whose times do not rise, or rotations of no length.

    Source: Khronos, glTF 2.0 specification, appendix C (animation sampler interpolation modes).
    """
    keys = np.asarray(channel.times_s, float)
    if (np.diff(keys) <= 0).any():
        raise InputError("damaged glTF: the times of an animation do not rise")
    before = np.clip(np.searchsorted(keys, times_s, side="right") - 1, 0, len(keys) - 1)
    after = np.minimum(before + 1, len(keys) - 1)
    span = keys[after] - keys[before]
    share = np.clip((times_s - keys[before]) / np.where(span > 0, span, 1.0), 0.0, 1.0)
    mix = _INTERPOLATIONS.get(channel.interpolation, _linear)
    values = mix(channel, before, after, share[:, None], span[:, None])
    return _unit(values) if channel.path == "rotation" else values


def _step(channel: Channel, before: np.ndarray, _after: np.ndarray, _share: np.ndarray, _span: np.ndarray) -> np.ndarray:
    return channel.values[before].astype(float)


def _linear(channel: Channel, before: np.ndarray, after: np.ndarray, share: np.ndarray, _span: np.ndarray) -> np.ndarray:
    first, second = channel.values[before].astype(float), channel.values[after].astype(float)
    if channel.path == "rotation":
        return quaternions.slerp(_unit(first), _unit(second), share[:, 0])
    return first + share * (second - first)


def _cubic(channel: Channel, before: np.ndarray, after: np.ndarray, share: np.ndarray, span: np.ndarray) -> np.ndarray:
    rows = channel.values.reshape(len(channel.times_s), 3, -1).astype(float)  # in-tangent, value, out-tangent
    start, leave, arrive, end = rows[before, 1], rows[before, 2] * span, rows[after, 0] * span, rows[after, 1]
    t, t2, t3 = share, share**2, share**3
    return (2 * t3 - 3 * t2 + 1) * start + (t3 - 2 * t2 + t) * leave + (3 * t2 - 2 * t3) * end + (t3 - t2) * arrive


Interpolation = Callable[[Channel, np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]
_INTERPOLATIONS: dict[str, Interpolation] = {"STEP": _step, "LINEAR": _linear, "CUBICSPLINE": _cubic}


def _unit(rotations: np.ndarray) -> np.ndarray:
    if not (np.linalg.norm(rotations, axis=-1) > NEAREST_S).all():
        raise InputError("damaged glTF: an animation has a rotation of no length")
    return quaternions.normalize(rotations)


def _expressions(document: Document, clip: Animation, times: np.ndarray) -> np.ndarray:
    """ARKit weights (T, 52) from morph targets and VRM animations that bear ARKit's names, and from VRM's presets."""
    rows = {name.lower(): row for row, name in enumerate(ARKIT_NAMES)}
    weights = np.zeros((len(times), EXPRESSIONS))
    presets, customs = _vrma_expressions(document)
    for channel in clip.channels:
        if channel.path == "weights":
            values = sample_channel(channel, times)
            for place, name in enumerate(_target_names(document, channel.node)[: values.shape[1]]):
                if name.lower() in rows:
                    weights[:, rows[name.lower()]] = np.maximum(weights[:, rows[name.lower()]], values[:, place])
        elif channel.path == "translation" and channel.node in customs and customs[channel.node].lower() in rows:
            weights[:, rows[customs[channel.node].lower()]] = sample_channel(channel, times)[:, 0]
        elif channel.path == "translation" and channel.node in presets:
            for name, share in PRESET_EXPRESSIONS.get(presets[channel.node], {}).items():
                row = rows[name.lower()]
                weights[:, row] = np.maximum(weights[:, row], share * sample_channel(channel, times)[:, 0])
    return np.clip(weights, 0.0, 1.0)


def _target_names(document: Document, node: int) -> tuple[str, ...]:
    mesh = document.nodes[node].mesh
    return () if mesh is None else document.meshes[mesh].target_names


def _vrma(document: Document) -> CheckedObject:
    return CheckedObject(dict(document.extensions), "extensions").child("VRMC_vrm_animation")


def _vrma_expressions(document: Document) -> tuple[dict[int, str], dict[int, str]]:
    """Node -> name of the preset, and of the custom expressions of a VRM animation."""
    stated, count = _vrma(document).child("expressions"), len(document.nodes)
    found: list[dict[int, str]] = []
    for kind in ("preset", "custom"):
        group = stated.child(kind)
        nodes = {name: group.child(name).index("node", count) for name in group.values}
        found.append({node: name for name, node in nodes.items() if node is not None})
    return found[0], found[1]


def _gaze(document: Document, clip: Animation, times: np.ndarray) -> np.ndarray | None:
    """The rotation (T, 4) of a VRM animation's lookAt node, or None."""
    node = _vrma(document).child("lookAt").index("node", len(document.nodes))
    channel = next((c for c in clip.channels if c.node == node and c.path == "rotation"), None)
    return None if node is None or channel is None else continuous(sample_channel(channel, times))


def _eyes_from_head(document: Document) -> tuple[float, ...]:
    return _vrma(document).child("lookAt").numbers("offsetFromHeadBone", (0.0, 0.0, 0.0))


def _with_gaze(motion: HumanMotion, gaze: np.ndarray | None, eyes_from_head: tuple[float, ...]) -> HumanMotion:
    """The motion with eyes that look where the file says; a VRM animation has no eye bones."""
    if gaze is None:
        return motion
    rest, present = np.array(motion.skeleton.rest_positions), np.array(motion.skeleton.present)
    rotations, confidence = np.array(motion.rotations), np.array(motion.confidence)
    for eye, side in (("leftEye", 1.0), ("rightEye", -1.0)):
        row = BONE[eye]
        rest[row] = rest[BONE["head"]] + eyes_from_head + np.array([side * HALF_EYE_DISTANCE_M, 0.0, 0.0])
        present[row], rotations[:, row], confidence[:, row] = True, gaze, 1.0
    return replace(motion, skeleton=HumanSkeleton(rest, present), rotations=rotations, confidence=confidence)


def _described(motion: HumanMotion, path: Path, clip: Animation) -> HumanMotion:
    return replace(motion, report={**motion.report, "source": path.name, "animation": clip.name})
