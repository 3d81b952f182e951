"""What filters of faces have to let through."""

from __future__ import annotations

from avatarkit.motion.face.bandwidth import EXPRESSION_CUTOFF_HZ
from avatarkit.vocabulary.arkit import ARKIT_NAMES


def test_every_expression_has_a_cutoff_and_both_sides_the_same() -> None:
    cutoffs = dict(zip(ARKIT_NAMES, EXPRESSION_CUTOFF_HZ, strict=True))
    assert min(cutoffs.values()) > 1.0
    assert all(cutoffs[name] == cutoffs[name.removesuffix("Left") + "Right"] for name in cutoffs if name.endswith("Left"))


def test_blinks_may_be_faster_than_speech_and_speech_than_brows() -> None:
    cutoffs = dict(zip(ARKIT_NAMES, EXPRESSION_CUTOFF_HZ, strict=True))
    assert cutoffs["eyeBlinkLeft"] > cutoffs["jawOpen"] > cutoffs["browInnerUp"]
