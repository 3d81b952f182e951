"""Live Link Face and iFacialMocap: read back byte by byte, as their documents say."""

from __future__ import annotations

import struct
import uuid
from dataclasses import replace

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE
from avatarkit.stream.address import Address
from avatarkit.stream.channels import Channels
from avatarkit.stream.ifacialmocap import IFACIALMOCAP_NAMES, ifacialmocap_packets, ifacialmocap_text
from avatarkit.stream.live_link import LiveLinkPackets
from avatarkit.stream.live_moment import LiveMoment
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from tests.stream.moments import any_pose, moment_of, plain_pose
from tests.waiting import PATIENCE_S


def read_live_link(data: bytes) -> dict[str, object]:
    """A packet, field by field; nothing may be left over."""
    assert data[0] == 6
    (length,) = struct.unpack_from(">I", data, 1)
    assert length == 36 and data[1:5] == b"\0\0\0$"
    device = uuid.UUID(data[5:41].decode("ascii"))
    (letters,) = struct.unpack_from(">I", data, 41)
    name = data[45 : 45 + letters].decode("utf-8")
    at = 45 + letters
    frame, subframe, rate, per = struct.unpack_from(">ifii", data, at)
    read: dict[str, object] = {"device": device, "name": name, "frame": frame, "subframe": subframe, "rate": rate / per}
    if len(data) > at + 16:
        assert data[at + 16] == 61 and len(data) == at + 17 + 4 * 61 == 306 + letters
        values = struct.unpack_from(">61f", data, at + 17)
        read |= {"weights": values[:52], "head": values[52:55], "left": values[55:58], "right": values[58:61]}
    return read


def read_ifacialmocap(text: str) -> tuple[dict[str, int], dict[str, list[float]]]:
    weights, turns = text.split("=")
    assert weights.endswith("|") and turns.endswith("|")
    named = dict(part.split("-") for part in weights[:-1].split("|"))
    parts = dict(part.split("#") for part in turns[:-1].split("|"))
    return {name: int(value) for name, value in named.items()}, {
        name: [float(number) for number in value.split(",")] for name, value in parts.items()
    }


def turned(bone: str, x: float, y: float, z: float) -> LiveMoment:
    """A T-pose with one bone turned about one axis, degrees."""
    rotations = np.array(plain_pose().rotations)
    rotations[BONE[bone]] = quaternions.from_rotation_vector(np.radians([x, y, z]))
    return moment_of(replace(plain_pose(), rotations=rotations))


def test_live_link_packets_say_what_the_face_does() -> None:
    moment = moment_of(any_pose(1, time_s=2.51))
    [packet] = LiveLinkPackets()(moment)
    read = read_live_link(packet)
    np.testing.assert_allclose(read["weights"], moment.pose.expressions, atol=1e-6)
    assert read["name"] == "avatarkit" and read["rate"] == 60.0
    assert read["frame"] + read["subframe"] == pytest.approx(2.51 * 60, abs=1e-4)  # type: ignore[operator]


def test_live_link_streams_keep_their_device_and_differ() -> None:
    first, second = LiveLinkPackets(), LiveLinkPackets()
    devices = [read_live_link(next(one(moment_of(plain_pose()))))["device"] for one in (first, first, second)]
    assert devices[0] == devices[1] != devices[2]


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (turned("head", 0, 30, 0), {"head": (30, 0, 0)}),  # to the left
        (turned("head", -20, 0, 0), {"head": (0, 20, 0)}),  # up
        (turned("head", 0, 0, 10), {"head": (0, 0, 10)}),
        (turned("leftEye", 0, -25, 0), {"left": (-25, 0, 0)}),
        (turned("rightEye", 15, 0, 0), {"right": (0, -15, 0)}),
        (turned("chest", 0, 40, 0), {"head": (40, 0, 0)}),  # the whole person turns
    ],
)
def test_live_link_turns_are_yaw_pitch_roll(moment: LiveMoment, told: dict[str, tuple[float, ...]]) -> None:
    read = read_live_link(next(LiveLinkPackets()(moment)))
    for part in ("head", "left", "right"):
        np.testing.assert_allclose(np.degrees(read[part]), told.get(part, (0, 0, 0)), atol=1e-4)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "moment", [moment_of(plain_pose(), seen=False), moment_of(plain_pose(), channels=Channels(face=False))]
)
def test_without_a_face_live_link_is_a_header_and_ifacialmocap_is_silent(moment: LiveMoment) -> None:
    [packet] = LiveLinkPackets()(moment)
    assert len(packet) == 1 + 4 + 36 + 4 + len("avatarkit") + 16 and "weights" not in read_live_link(packet)
    assert list(ifacialmocap_packets(moment)) == []


def test_ifacialmocap_says_what_the_face_does() -> None:
    moment = moment_of(any_pose(2))
    weights, turns = read_ifacialmocap(ifacialmocap_text(moment))
    assert list(weights) == [IFACIALMOCAP_NAMES[name] for name in ARKIT_NAMES]
    np.testing.assert_allclose(np.array(list(weights.values())) / 100, moment.pose.expressions, atol=0.006)
    assert [len(turns[name]) for name in ("head", "rightEye", "leftEye")] == [6, 3, 3]
    assert len(next(iter(ifacialmocap_packets(moment)))) < 1500


def test_ifacialmocap_names_are_the_apps() -> None:
    names = set(IFACIALMOCAP_NAMES.values())
    assert {"eyeBlink_L", "mouthSmile_R", "browInnerUp", "jawLeft", "mouthRight", "tongueOut", "browOuterUp_L"} <= names
    sideways = {"jawLeft", "jawRight", "mouthLeft", "mouthRight"}
    assert len(names) == 52 and {name for name in names if name.endswith(("Left", "Right"))} == sideways


def test_ifacialmocap_turns_are_degrees_and_the_head_tells_where_it_is() -> None:
    _, turns = read_ifacialmocap(ifacialmocap_text(turned("head", 12, 0, 0)))
    np.testing.assert_allclose(turns["head"], [12, 0, 0, 0, 0, 0], atol=1e-3)
    moved = replace(plain_pose(), root_position=plain_pose().root_position + np.array([0.1, -0.2, 0.3]))
    _, turns = read_ifacialmocap(ifacialmocap_text(moment_of(moved)))
    np.testing.assert_allclose(turns["head"], [0, 0, 0, 0.1, -0.2, 0.3], atol=1e-3)


@pytest.mark.parametrize("protocol", ["livelink", "ifacialmocap", "vmc", "vrchat"])
def test_every_udp_protocol_reaches_its_receiver_only(protocol: str) -> None:
    import socket

    from avatarkit.stream.senders import open_sender

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(PATIENCE_S)
        sender = open_sender(Address(protocol, "127.0.0.1", listener.getsockname()[1]))
        assert sender.send(moment_of(plain_pose())) == 0
        assert len(listener.recv(2000)) > 100
        sender.close()
