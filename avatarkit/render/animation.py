"""A glTF animation at any moment: channels sampled, nodes placed.

Source: glTF 2.0 specification, 3.11 (animations) and appendix C (interpolation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from avatarkit.errors import InputError, UsageError
from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Animation, Channel, Document

_SHORTEST_ROTATION = 1e-9
"""A rotation key whose length is below this has no direction; the node keeps its own rotation."""


@dataclass(frozen=True)
class AnimatedPose:
    """What an animation says of the nodes at one moment; a node that is not named keeps what the file says.

    Attributes:
        translations, rotations, scales: node index -> (3,), (4,) unit xyzw, (3,), relative to the parent.
        weights: node index -> (M,) weights of its mesh's morph targets.
    """

    translations: Mapping[int, np.ndarray] = field(default_factory=dict)
    rotations: Mapping[int, np.ndarray] = field(default_factory=dict)
    scales: Mapping[int, np.ndarray] = field(default_factory=dict)
    weights: Mapping[int, np.ndarray] = field(default_factory=dict)


def find_animation(document: Document, index: int) -> Animation:
    """The animation of that number, from 0.

    Raises:
        UsageError: there is none of that number.
    """
    if not 0 <= index < len(document.animations):
        count = len(document.animations)
        known = f"its animations are 0 to {count - 1}" if count else "the file has none"
        raise UsageError(f"No animation {index}: {known}.")
    return document.animations[index]


def pose_at(animation: Animation, time_s: float) -> AnimatedPose:
    """The nodes at a time; before the first key of a channel its first value, after the last its last.

    Raises:
        InputError: a damaged channel.
    """
    found: dict[str, dict[int, np.ndarray]] = {"translation": {}, "rotation": {}, "scale": {}, "weights": {}}
    for channel in animation.channels:
        if channel.path in found and len(channel.times_s):
            value = sample(channel, np.array([time_s]))[0]
            if channel.path != "rotation" or np.linalg.norm(value) > _SHORTEST_ROTATION:
                found[channel.path][channel.node] = value
    return AnimatedPose(found["translation"], found["rotation"], found["scale"], found["weights"])


def sample(channel: Channel, times_s: np.ndarray) -> np.ndarray:
    """A channel's values (T, n) at times (T,); rotations are unit quaternions.

    Raises:
        InputError: values that are no numbers, or keys that do not fit.
    """
    keys, cubic = np.asarray(channel.times_s, float), channel.interpolation == "CUBICSPLINE"
    values = np.asarray(channel.values, float)
    if not np.isfinite(values).all() or not np.isfinite(keys).all() or len(values) != len(keys) * (3 if cubic else 1):
        raise InputError(f"damaged glTF: an animation of {channel.path} holds no numbers or too few")
    times = np.clip(times_s, keys[0], keys[-1])
    before = np.clip(np.searchsorted(keys, times, side="right") - 1, 0, max(len(keys) - 2, 0))
    after = np.minimum(before + 1, len(keys) - 1)
    gap = keys[after] - keys[before]
    share = np.clip(np.divide(times - keys[before], gap, out=np.zeros_like(times), where=gap > 0), 0.0, 1.0)[:, None]
    if cubic:
        sampled = _hermite(values.reshape(len(keys), 3, -1), before, after, gap[:, None], share)
    elif channel.interpolation == "STEP":
        sampled = values[np.where(share[:, 0] < 1.0, before, after)]
    elif channel.path == "rotation":
        with np.errstate(invalid="ignore"):  # keys without a length give no number, which `pose_at` leaves out
            return quaternions.slerp(_unit(values[before]), _unit(values[after]), share[:, 0])
    else:
        sampled = (1.0 - share) * values[before] + share * values[after]
    return _unit(sampled) if channel.path == "rotation" else sampled


def _hermite(keys: np.ndarray, before: np.ndarray, after: np.ndarray, gap: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Cubic Hermite splines through keys (K, 3, n): in-tangent, value, out-tangent, tangents per second."""
    square, cube = share**2, share**3
    return np.asarray(
        (2 * cube - 3 * square + 1) * keys[before, 1]
        + gap * (cube - 2 * square + share) * keys[before, 2]
        + (-2 * cube + 3 * square) * keys[after, 1]
        + gap * (cube - square) * keys[after, 0]
    )


def _unit(rotations: np.ndarray) -> np.ndarray:
    """(T, 4) at unit length; those without a length stay."""
    lengths = np.linalg.norm(rotations, axis=-1, keepdims=True)
    return np.asarray(rotations / np.where(lengths > _SHORTEST_ROTATION, lengths, 1.0))
