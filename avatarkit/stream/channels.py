"""Which parts of a person are followed and told: body, hands, face; the whole body or its upper half."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from avatarkit.errors import unknown_name
from avatarkit.vocabulary.vrm import HUMAN_BONES

CHANNELS = ("body", "hands", "face")

_FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
_LEGS = ("UpperLeg", "LowerLeg", "Foot", "Toes")
_OF_THE_FACE = ("jaw", "leftEye", "rightEye", "neck", "head")


@dataclass(frozen=True)
class Channels:
    """What is told.

    Attributes:
        body: trunk, arms and legs; hands: fingers; face: expressions, eyes and the head.
        upper_body: legs and hips stay as they are at rest.
    """

    body: bool = True
    hands: bool = True
    face: bool = True
    upper_body: bool = False

    @cached_property
    def bones(self) -> np.ndarray:
        """(55,) bool, which of the human bones are told."""
        return np.array([self._has(bone) for bone in HUMAN_BONES])

    @property
    def root(self) -> bool:
        """Whether the hips travel."""
        return self.body and not self.upper_body

    def _has(self, bone: str) -> bool:
        if any(finger in bone for finger in _FINGERS):
            return self.hands
        if bone in _OF_THE_FACE:
            return self.face or (self.body and bone in ("neck", "head"))
        return self.body and not (self.upper_body and (bone == "hips" or bone.endswith(_LEGS)))


def parse_channels(names: Iterable[str], *, upper_body: bool = False) -> Channels:
    """The channels of that name; all without any.

    Raises:
        UsageError: there is no such channel.
    """
    chosen = list(names)
    for name in chosen:
        if name not in CHANNELS:
            raise unknown_name("channel", name[:40], CHANNELS)
    body, hands, face = (not chosen or name in chosen for name in CHANNELS)
    return Channels(body, hands, face, upper_body)
