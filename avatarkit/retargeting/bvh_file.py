"""The text of a BVH file as plain data: the joint tree, and one row of channel values per frame.

Source: M. Meredith and S. Maddock, Motion Capture File Formats Explained, University of Sheffield, 2001 (section 3, BVH).
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import numpy as np

from avatarkit.errors import InputError

MAX_JOINTS = 1000
"""Most joints of one file. The largest skeletons seen, with every finger and face joint, have below 400."""

MAX_FRAMES = 100_000
"""Most frames of one file: 55 minutes at 30 Hz. As a human motion each takes about 3 kB of memory."""

MAX_NUMBERS = 2**25
"""Most channel values of one file; 256 MB of memory."""

CHANNELS = tuple(f"{axis}{kind}" for kind in ("position", "rotation") for axis in "XYZ")
"""What a channel may be, in the order in which `BvhJoint.channels` counts them."""

_TOKENS = re.compile(r"(?P<joint>ROOT|JOINT)\b[ \t]*(?P<name>[^\r\n{]*)|End\s+Site[^\r\n{]*|[{}]|[^\s{}]+", re.IGNORECASE)
_MOTION = re.compile(rb"^[ \t]*MOTION[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_FRAMES = re.compile(rb"\s*Frames\s*:\s*(\S+)", re.IGNORECASE)
_FRAME_TIME = re.compile(rb"\s*Frame\s+Time\s*:\s*(\S+)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True)
class BvhJoint:
    """One joint.

    Attributes:
        name: as in the file.
        parent: index of the joint above; -1 for the root.
        offset: (3,) from the parent, in the file's unit.
        channels: numbers of its channels in `CHANNELS`, in the file's order.
        ends: (E, 3) offsets of its End Sites.
    """

    name: str
    parent: int
    offset: tuple[float, float, float]
    channels: tuple[int, ...]
    ends: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True)
class BvhFile:
    """A whole file.

    Attributes:
        joints: parents before children.
        frames: (T, C) channel values, joint after joint; degrees and the file's unit.
        frame_time_s: seconds per frame as the header says.
        notes: what was odd and how it was taken.
    """

    joints: tuple[BvhJoint, ...]
    frames: np.ndarray
    frame_time_s: float
    notes: tuple[str, ...] = ()


def parse_bvh(data: bytes) -> BvhFile:
    """The content of a BVH file.

    Frames that are cut off or missing at the end are left out, with a note.

    Raises:
        InputError: no BVH, a broken or too large hierarchy, several roots, no frame, values that are no finite numbers.
    """
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].upper() == b"HIERARCHY":
        raise InputError("this is not a BVH file: it does not begin with HIERARCHY")
    split = _MOTION.search(data)
    if split is None:
        raise InputError("damaged BVH: it has no MOTION part; the file is cut off")
    joints = _Hierarchy(data[: split.start()].decode("utf-8-sig", "replace")).joints()
    frames, frame_time, notes = _motion(data, split.end(), sum(len(joint.channels) for joint in joints))
    return BvhFile(joints, frames, frame_time, notes)


class _Hierarchy:
    """Reads the joint tree token by token."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKENS.finditer(text[text.upper().index("HIERARCHY") + len("HIERARCHY") :])
        self.names: list[str] = []
        self.parents: list[int] = []
        self.offsets: list[tuple[float, float, float] | None] = []
        self.channels: list[tuple[int, ...]] = []
        self.ends: list[list[tuple[float, float, float]]] = []

    def joints(self) -> tuple[BvhJoint, ...]:
        open_joints: list[int] = []  # -1 stands for an End Site
        for token in self.tokens:
            word = token.group().upper()
            if token.group("joint"):
                self._begin_joint(token, open_joints)
            elif word.startswith("END"):
                self._brace()
                open_joints.append(-1)
            elif word == "OFFSET":
                self._offset(open_joints)
            elif word == "CHANNELS":
                self._channels(open_joints)
            elif word == "}" and open_joints:
                open_joints.pop()
            else:
                raise InputError(f"damaged BVH: {token.group()[:30]!r} stands in the hierarchy where no such word may")
        if open_joints or not self.names:
            raise InputError("damaged BVH: its hierarchy is not closed" if self.names else "damaged BVH: it has no ROOT")
        return self._finished()

    def _begin_joint(self, token: re.Match[str], open_joints: list[int]) -> None:
        is_root, name = token.group("joint").upper() == "ROOT", token.group("name").strip()
        if is_root and self.names:
            raise InputError(f"this BVH has several roots ({self.names[0]}, {name}); keep one person per file")
        if not is_root and (not open_joints or open_joints[-1] < 0):
            raise InputError(f"damaged BVH: the joint {name!r} hangs on nothing")
        if len(self.names) == MAX_JOINTS:
            raise InputError(f"this BVH has more than {MAX_JOINTS} joints")
        self._brace()
        self.parents.append(open_joints[-1] if open_joints else -1)
        open_joints.append(len(self.names))
        self.names.append(name)
        self.offsets.append(None)
        self.channels.append(())
        self.ends.append([])

    def _offset(self, open_joints: list[int]) -> None:
        values = tuple(self._number() for _ in range(3))
        if not open_joints:
            raise InputError("damaged BVH: an OFFSET stands outside of any joint")
        if open_joints[-1] < 0:
            self.ends[open_joints[-2]].append(values)  # type: ignore[arg-type]
        else:
            self.offsets[open_joints[-1]] = values  # type: ignore[assignment,call-overload]

    def _channels(self, open_joints: list[int]) -> None:
        if not open_joints or open_joints[-1] < 0 or self.channels[open_joints[-1]]:
            raise InputError("damaged BVH: CHANNELS stand where no joint begins")
        count = self._number()
        known = {name.upper(): number for number, name in enumerate(CHANNELS)}
        words = [self._word() for _ in range(int(count) if 0 <= count <= len(CHANNELS) else 0)]
        if len(words) != count or len(set(words)) != count or not all(word.upper() in known for word in words):
            shown = " ".join(words)[:60]
            raise InputError(
                f"damaged BVH: the channels {count:g} {shown} of {self.names[open_joints[-1]]!r} are none of BVH's"
            )
        self.channels[open_joints[-1]] = tuple(known[word.upper()] for word in words)

    def _word(self) -> str:
        token = next(self.tokens, None)
        if token is None:
            raise InputError("damaged BVH: its hierarchy is cut off")
        return token.group()

    def _brace(self) -> None:
        if self._word() != "{":
            raise InputError(f"damaged BVH: a '{{' is missing after {self.names[-1] if self.names else 'ROOT'!r}")

    def _number(self) -> float:
        word = self._word()
        if not _NUMBER.fullmatch(word):
            raise InputError(f"damaged BVH: {word[:30]!r} stands in the hierarchy where a number must")
        return float(word)

    def _finished(self) -> tuple[BvhJoint, ...]:
        bare = next((name for name, offset in zip(self.names, self.offsets, strict=True) if offset is None), None)
        if bare is not None:
            raise InputError(f"damaged BVH: the joint {bare!r} has no OFFSET")
        columns = zip(self.names, self.parents, self.offsets, self.channels, self.ends, strict=True)
        return tuple(BvhJoint(name, parent, offset, told, tuple(ends)) for name, parent, offset, told, ends in columns)  # type: ignore[arg-type]


def _motion(data: bytes, start: int, channels: int) -> tuple[np.ndarray, float, tuple[str, ...]]:
    """Frames (T, C), seconds per frame, notes."""
    count_line = _FRAMES.match(data, start)
    time_line = count_line and _FRAME_TIME.match(data, count_line.end())
    if not count_line or not time_line:
        raise InputError("damaged BVH: 'Frames:' and 'Frame Time:' must follow MOTION")
    announced, frame_time = _header_number(count_line, "Frames"), _header_number(time_line, "Frame Time")
    if channels == 0:
        raise InputError("this BVH moves nothing: no joint has channels")
    if min(announced, data.count(b"\n", time_line.end())) > MAX_FRAMES:  # before any number is read
        raise InputError(f"this BVH has more than {MAX_FRAMES} frames; cut it into parts")
    wanted = int(min(announced, MAX_FRAMES + 1))
    if wanted * channels > MAX_NUMBERS + channels:
        wanted = MAX_NUMBERS // channels + 1
    frames, problem = _numbers(data[time_line.end() :], wanted, channels)
    _check_frames(frames, problem, channels)
    notes = (f"{announced:.0f} frames announced, {len(frames)} whole ones there",) if len(frames) < announced else ()
    return frames, frame_time, notes


def _header_number(line: re.Match[bytes], what: str) -> float:
    text = line.group(1).decode("utf-8", "replace")
    value = float(text) if _NUMBER.fullmatch(text) else 0.0
    if not 0 < value < float("inf"):
        raise InputError(f"damaged BVH: '{what}:' must be a positive number, not {text[:30]!r}")
    return value


def _numbers(data: bytes, frames: int, channels: int) -> tuple[np.ndarray, str]:
    """As many whole frames as there are, at most `frames`; and the text that stopped the reading, if any did."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # numpy's way to say that something is no number
        values = np.fromstring(data, dtype=np.float64, count=-1 if len(data) < MAX_NUMBERS else frames * channels, sep=" ")
    whole = min(len(values) // channels, frames)
    stopped = whole < frames and bool(re.search(rb"[^\s0-9eE.+\-]", data.replace(b"nan", b"").replace(b"inf", b"")))
    return values[: whole * channels].reshape(whole, channels), "text that is no number" if stopped else ""


def _check_frames(frames: np.ndarray, problem: str, channels: int) -> None:
    if problem:
        raise InputError(f"damaged BVH: {problem} stands after frame {len(frames)}")
    if len(frames) == 0:
        raise InputError(f"this BVH has no whole frame of {channels} numbers")
    if len(frames) > MAX_FRAMES or frames.size > MAX_NUMBERS:
        raise InputError(f"this BVH has more than {min(MAX_FRAMES, MAX_NUMBERS // channels)} frames; cut it into parts")
    finite = np.isfinite(frames).all(axis=1)
    if not finite.all():
        raise InputError(f"damaged BVH: frame {int(np.argmin(finite)) + 1} holds NaN or infinity")
