"""A live moment as JSON, version 1: what the viewer and integrators read. `live_moment.schema.json` says it too."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from avatarkit.motion.human_motion import BONE
from avatarkit.stream.live_moment import LiveMoment
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES

VERSION = 1
"""A later version that only adds keeps the number."""

SCHEMA = Path(__file__).with_name("live_moment.schema.json")
"""JSON Schema, draft 2020-12."""

_DIGITS = 5  # a hundredth of a millimetre, and of a thousandth of a radian


def moment_object(moment: LiveMoment, sent_s: float | None = None) -> dict[str, Any]:
    """A moment as plain JSON values.

    Args:
        moment: the moment.
        sent_s: Unix time at which it goes out; now when None.
    """
    rest, pose = moment.skeleton.rest_positions[BONE["hips"]], moment.pose
    return {
        "type": "moment",
        "version": VERSION,
        "time_s": round(pose.time_s, 6),
        "sent_s": round(time.time() if sent_s is None else sent_s, 6),
        "seen": moment.person_seen,
        "hip_height_m": round(moment.skeleton.hip_height, _DIGITS),
        "root": np.round(pose.root_position - rest, _DIGITS).tolist(),
        "bones": _of_those(HUMAN_BONES, np.round(pose.rotations, _DIGITS).tolist(), moment.bones),
        "expressions": _of_those(ARKIT_NAMES, np.round(pose.expressions, _DIGITS).tolist(), moment.expressions),
    }


def moment_json(moment: LiveMoment, sent_s: float | None = None) -> str:
    """The same as text, without a space."""
    return json.dumps(moment_object(moment, sent_s), separators=(",", ":"))


def _of_those(names: tuple[str, ...], values: list[Any], chosen: np.ndarray) -> Mapping[str, Any]:
    return {name: value for name, value, told in zip(names, values, chosen.tolist(), strict=True) if told}
