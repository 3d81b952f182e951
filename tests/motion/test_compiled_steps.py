"""What is compiled does what its source says: each call of a live session, once by the machine's code, once by Python."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.geometry.compiled import compiled_functions
from avatarkit.motion import quiet_legs, seen_from_above
from avatarkit.motion.face.identity import average_identity
from avatarkit.motion.live_steps import live_step
from avatarkit.retargeting.retarget import make_retargeter
from avatarkit.tracking.tracked_frame import HandLandmarks
from tests.motion.face.test_read_face import seen_face, view
from tests.motion.simulated import PERSON, filmed, motion_of, walking

ROUNDING = 1e-6
"""Of metres, radians and weights; pixels are a thousand times as large, and single precision sums differ in their order."""

OF_BUILDS = ("avatarkit.geometry", "avatarkit.body", "avatarkit.avatar")
"""What a live session does not call; each of these has a test beside it."""


def test_machine_code_and_python_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: Counter[str] = Counter()

    def watch(function: Any) -> None:
        def both(*values: Any) -> Any:
            quick, plain = function(*values), function.__wrapped__(*values)
            for one, other in zip(*(x if isinstance(x, tuple) else (x,) for x in (quick, plain)), strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-4, atol=ROUNDING)
            compared[f"{function.__module__}.{function.__name__}"] += 1
            return quick

        monkeypatch.setattr(sys.modules[function.__module__], function.__name__, both)

    functions = [function for function in compiled_functions() if not function.__module__.startswith(OF_BUILDS)]
    for function in functions:
        watch(function)
    person, retargeter, memory = replace(PERSON, face=average_identity()), make_retargeter(_rig(), PERSON.skeleton), None
    generator = np.random.default_rng(3)
    for number, frame in enumerate(filmed(walking(np.arange(6) / 30.0), noise_m=0.01, depth_noise_m=0.03).frames):
        seen = replace(
            frame,
            face=seen_face(view(5.0 * number), jawOpen=0.1 * number, mouthSmileLeft=0.5),
            left_hand=None if number % 2 else _hand(generator),
            body=None if frame.body is None else replace(frame.body, visibility=generator.uniform(size=33)),
        )
        pose, memory = live_step(seen, person, memory)
        retargeter.apply(pose)
        quiet_legs.quiet_legs(pose.rotations[None], np.array([0.1 + 0.15 * number]))  # films alone go this way
        seen_from_above.with_leaning_trunk(motion_of(np.zeros(1), pose.root_position[None], pose.rotations[None]), 0.1)
    assert len(compared) == len(functions)


def _rig():
    return build_avatar(default_recipe()).rig


def _hand(generator: np.random.Generator) -> HandLandmarks:
    shape = generator.normal(scale=0.04, size=(21, 3))
    return HandLandmarks(shape[:, :2] * 500.0 + 300.0, shape[:, 2] * 500.0, shape, 1.0)
