"""The VMC protocol, received: moments of a motion that another program tells.

A moment is told in several packets, and nothing in the protocol says where it ends. It ends when everything has been told again
that was told in the one before, or when something is told a second time. Rotations are taken as normalized, as programs send
them that move a VRM 0.x model or our own plain body.

Source: sh-akira/VirtualMotionCaptureProtocol, specification 3.1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle import ParseError as BundleError
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as MessageError

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES, EXPRESSIONS, HumanPose, HumanSkeleton
from avatarkit.motion.kinematics import PARENTS
from avatarkit.motion.person import average_person
from avatarkit.stream.unity import UNITY_BONES, to_unity_position, to_unity_rotation
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import PRESET_EXPRESSIONS

MOST_MESSAGES = 512
"""In one packet; 1,500 bytes hold some thirty."""

FARTHEST_M = 1000.0
"""A place or a length beyond is no body's."""

MOST_EXPRESSIONS, MOST_TOLD = 256, 1024
"""Names that are kept of one sender; things that one moment tells."""

LIMB_M = 0.03
"""Bones that hang nearer than this on their parents, spine and thighs alike, were sent without places."""

_BONES: Mapping[str, int] = {unity: BONE[bone] for bone, unity in UNITY_BONES.items()}
_ARKIT: Mapping[str, int] = {name.lower(): index for index, name in enumerate(ARKIT_NAMES)}
_PRESETS: Mapping[str, str] = {
    "joy": "happy", "angry": "angry", "sorrow": "sad", "fun": "relaxed", "surprised": "surprised", "a": "aa", "i": "ih",
    "u": "ou", "e": "ee", "o": "oh", "blink": "blink", "blink_l": "blinkLeft", "blink_r": "blinkRight", "happy": "happy",
    "sad": "sad", "relaxed": "relaxed", "aa": "aa", "ih": "ih", "ou": "ou", "ee": "ee", "oh": "oh", "blinkleft": "blinkLeft",
    "blinkright": "blinkRight",
}  # fmt: skip
"""Names of VRM 0.x and 1.0 in small letters -> VRM 1.0's preset, for senders that do not tell ARKit's."""

_SPINE_AND_THIGHS = [BONE[bone] for bone in ("spine", "leftLowerLeg", "rightLowerLeg")]


def read_packet(packet: bytes) -> list[tuple[str, tuple[object, ...]]]:
    """Addresses and values of a packet's messages, in order; nothing of a packet that is damaged."""
    try:
        if OscBundle.dgram_is_bundle(packet):
            return [(one.address, tuple(one.params)) for one in _messages(OscBundle(packet), MOST_MESSAGES)]
        message = OscMessage(packet)
        return [(message.address, tuple(message.params))]
    except (BundleError, MessageError, ValueError, IndexError, RecursionError, UnicodeDecodeError):
        return []


def _messages(bundle: OscBundle, most: int) -> Iterator[OscMessage]:
    for one in [content for content, _ in zip(bundle, range(most), strict=False)]:
        if isinstance(one, OscBundle):
            yield from _messages(one, most)
        else:
            yield one


@dataclass
class VmcMoments:
    """Puts packets together to moments; remembers what was told.

    Attributes:
        skeleton: the sender's proportions, once a whole moment was told; an average person's until then.
    """

    skeleton: HumanSkeleton = field(default_factory=lambda: average_person().skeleton)
    _places: np.ndarray = field(default_factory=lambda: np.zeros((BONES, 3)))
    _rotations: np.ndarray = field(default_factory=lambda: np.tile(quaternions.IDENTITY, (BONES, 1)))
    _root: tuple[np.ndarray, np.ndarray] = field(default_factory=lambda: (np.zeros(3), quaternions.IDENTITY))
    _weights: dict[str, float] = field(default_factory=dict)
    _time_s: float | None = None
    _told: set[str] = field(default_factory=set)
    _usual: frozenset[str] = frozenset()
    _measured: bool = False
    _last_s: float = -math.inf
    _later_s: float = 0.0

    def take(self, packet: bytes, now_s: float) -> Iterator[HumanPose]:
        """The poses that a packet completes.

        Args:
            packet: as it came.
            now_s: when it came, for senders that do not tell the time.
        """
        for address, values in read_packet(packet):
            told = _known(address, values)
            if told is None:
                continue
            if told in self._told or len(self._told) >= MOST_TOLD:
                yield from self.rest(now_s)
            self._take(address, values)
            self._told.add(told)
            if self._told == self._usual:
                yield from self.rest(now_s)

    def rest(self, now_s: float) -> Iterator[HumanPose]:
        """The pose that has been told in part, if there is one: what was not told again stays."""
        told, self._told = frozenset(self._told), set()
        if not any(key.startswith("/VMC/Ext/Bone/Pos") for key in told):
            return
        self._usual = told
        if not self._measured:
            self._measured, self.skeleton = True, _skeleton(self._places, _known_bones(told), self.skeleton)
        yield self._pose(now_s, _known_bones(told))

    def _take(self, address: str, values: tuple[object, ...]) -> None:
        if address == "/VMC/Ext/T":
            self._time_s = float(values[0])  # type: ignore[arg-type]
        elif address == "/VMC/Ext/Blend/Val":
            name = str(values[0]).lower()
            if len(self._weights) < MOST_EXPRESSIONS or name in self._weights:
                self._weights[name] = min(max(float(values[1]), 0.0), 1.0)  # type: ignore[arg-type]
        elif address == "/VMC/Ext/Root/Pos":
            self._root = _placed(values)
        elif address == "/VMC/Ext/Bone/Pos":
            row = _BONES[str(values[0])]
            self._places[row], self._rotations[row] = _placed(values)

    def _pose(self, now_s: float, bones: np.ndarray) -> HumanPose:
        hips, (place, turn) = BONE["hips"], self._root
        rotations = np.array(self._rotations)
        rotations[hips] = quaternions.multiply(turn, rotations[hips])
        return HumanPose(
            self._later(now_s), place + quaternions.rotate(turn, self._places[hips]), rotations, bones.astype(float),
            _expressions(self._weights), np.zeros(2),
        )  # fmt: skip

    def _later(self, now_s: float) -> float:
        """The moment's time, which rises also where a sender begins anew or tells none."""
        time_s = now_s if self._time_s is None else self._time_s + self._later_s
        if time_s <= self._last_s:
            self._later_s += self._last_s - time_s + SHORTEST_S
            time_s = self._last_s + SHORTEST_S
        self._last_s = time_s
        return time_s


SHORTEST_S = 1e-3
"""Between two moments that claim to be of the same time."""


def _known(address: str, values: tuple[object, ...]) -> str | None:
    """What a message tells about; None where it is nothing of ours or senseless."""
    shapes = {"/VMC/Ext/T": (0, 1), "/VMC/Ext/Blend/Val": (1, 1), "/VMC/Ext/Root/Pos": (1, 7), "/VMC/Ext/Bone/Pos": (1, 7)}
    if address not in shapes:
        return None
    names, numbers = shapes[address]
    given = values[names : names + numbers]
    if len(given) < numbers or not all(isinstance(v, (int, float)) and abs(v) < FARTHEST_M**3 for v in given):
        return None  # NaN is not below anything
    if names and not isinstance(values[0], str):
        return None
    if numbers > 1 and (max(abs(v) for v in given[:3]) > FARTHEST_M or not 0.5 < math.hypot(*given[3:]) < 2.0):  # type: ignore[arg-type,type-var]
        return None
    if address == "/VMC/Ext/Bone/Pos" and values[0] not in _BONES:
        return None
    return f"{address} {values[0]}" if names else address


def _placed(values: tuple[object, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Place and rotation in our axes of a message's name and seven numbers."""
    numbers = np.array(values[1:8], float)
    turn = to_unity_rotation(numbers[3:])  # Unity's axes become ours as ours become Unity's
    return to_unity_position(numbers[:3]), turn / np.linalg.norm(turn)


def _known_bones(told: frozenset[str]) -> np.ndarray:
    return np.array([f"/VMC/Ext/Bone/Pos {unity}" in told for unity in UNITY_BONES.values()])


def _expressions(weights: Mapping[str, float]) -> np.ndarray:
    """(52,) ARKit's own weights where a sender tells them; else made of VRM's presets."""
    made = np.zeros(EXPRESSIONS)
    known = {_ARKIT[name]: weight for name, weight in weights.items() if name in _ARKIT}
    if known:
        made[list(known)] = list(known.values())
        return made
    for name, weight in weights.items():
        for part, share in PRESET_EXPRESSIONS[_PRESETS[name]].items() if name in _PRESETS else ():
            made[_ARKIT[part.lower()]] += weight * share
    return np.minimum(made, 1.0)


def _skeleton(places: np.ndarray, told: np.ndarray, otherwise: HumanSkeleton) -> HumanSkeleton:
    """The sender's proportions by its bones' places on their parents, if it tells them of a whole body."""
    if (np.linalg.norm(places[_SPINE_AND_THIGHS], axis=1) < LIMB_M).any():
        return otherwise
    rest = np.zeros((BONES, 3))
    for row, parent in enumerate(PARENTS):
        rest[row] = rest[parent] + places[row] if parent >= 0 else 0.0
    ankle = BONE["leftFoot"]
    scale = -rest[ankle, 1] / (otherwise.rest_positions[BONE["hips"], 1] - otherwise.rest_positions[ankle, 1])
    if not 0.0 < scale < FARTHEST_M:
        return otherwise
    rest[:, 1] += scale * otherwise.rest_positions[ankle, 1] - rest[ankle, 1]
    try:
        return HumanSkeleton(rest, told)
    except ValueError:  # a required bone was not told
        return otherwise
