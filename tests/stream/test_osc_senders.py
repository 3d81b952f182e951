"""VMC and VRChat by OSC: bytes that others' readers understand, in their axes and under their names."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.errors import UsageError
from avatarkit.export.files import glb_bytes, vrm0_bytes
from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, HumanPose
from avatarkit.motion.person import average_person
from avatarkit.retargeting.retarget import make_retargeter
from avatarkit.rig.load_rig import load_rig
from avatarkit.stream.address import Address, parse_address
from avatarkit.stream.channels import Channels
from avatarkit.stream.live_moment import LiveMoment, RigPose
from avatarkit.stream.osc import UdpTarget
from avatarkit.stream.unity import UNITY_BONES, to_unity_position, to_unity_rotation
from avatarkit.stream.vmc import VmcPackets
from avatarkit.stream.vrchat import TRACKERS, euler_deg, vrchat_messages
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from tests.waiting import PATIENCE_S


def pose(**changes: np.ndarray) -> HumanPose:
    body = average_person().skeleton
    plain = HumanPose(
        1.5, body.rest_positions[BONE["hips"]], np.tile(quaternions.IDENTITY, (55, 1)), np.ones(55), np.zeros(52), np.ones(2)
    )
    return replace(plain, **changes)


def moment(at: HumanPose | None = None, rig: bytes | None = None) -> LiveMoment:
    shown, body = at or pose(), average_person().skeleton
    if rig is None:
        return LiveMoment(shown, body, None, person_seen=True)
    loaded = load_rig(rig)
    return LiveMoment(shown, body, RigPose(loaded, *make_retargeter(loaded, body).apply(shown)), person_seen=True)


def turned(bone: str, axis: Sequence[float], angle_deg: float) -> np.ndarray:
    rotations = np.tile(quaternions.IDENTITY, (55, 1))
    rotations[BONE[bone]] = quaternions.from_rotation_vector(np.radians(angle_deg) * np.asarray(axis, float))
    return rotations


def received(packets: Sequence[bytes]) -> list[OscMessage]:
    """The messages, as python-osc's own reader finds them."""
    return [one for packet in packets for one in OscBundle(packet)]


def by_address(messages: Sequence[OscMessage | bytes], address: str) -> list[list[object]]:
    read = [OscMessage(one) if isinstance(one, bytes) else one for one in messages]
    return [list(one.params) for one in read if one.address == address]


def test_bundles_keep_below_a_packet_and_lose_nothing() -> None:
    packets = VmcPackets()(moment())
    assert len(packets) > 1 and max(map(len, packets)) <= 1500
    assert len(received(packets)) == 4 + 55 + len(ARKIT_NAMES) + 8


def test_packets_are_those_that_python_osc_builds() -> None:
    random = np.random.default_rng(1)
    told = moment(pose(rotations=quaternions.normalize(random.normal(size=(55, 4))), expressions=random.uniform(size=52)))
    for packet in VmcPackets()(told):
        bundle = OscBundleBuilder(IMMEDIATELY)
        for one in OscBundle(packet):
            builder = OscMessageBuilder(one.address)
            for value in one.params:
                builder.add_arg(value)
            bundle.add_content(builder.build())
        assert bundle.build().dgram == packet


def test_what_was_told_before_does_not_matter() -> None:
    rig = glb_bytes(build_avatar(default_recipe()))
    raised = pose(rotations=turned("leftUpperArm", (0, 0, 1), 40.0))
    moments = [moment(), moment(raised), moment(raised, rig), replace(moment(raised), channels=Channels(hands=False)),
               replace(moment(raised), person_seen=False)]  # fmt: skip
    stream = VmcPackets()
    for one in [*moments, *moments[::-1]]:
        assert stream(one) == VmcPackets()(one)


def test_vmc_says_everything_and_applies_expressions_last() -> None:
    messages = received(VmcPackets()(moment()))
    assert messages[0].address == "/VMC/Ext/OK" and messages[-1].address == "/VMC/Ext/Blend/Apply"
    bones = {row[0]: row[1:] for row in by_address(messages, "/VMC/Ext/Bone/Pos")}
    assert {"Hips", "LeftUpperArm", "RightThumbProximal", "UpperChest"} <= set(bones)
    assert all(len(row) == 7 for row in bones.values())
    names = {row[0] for row in by_address(messages, "/VMC/Ext/Blend/Val")}
    assert set(ARKIT_NAMES) < names and "Blink_L" in names


def test_thumbs_are_called_one_segment_further_out() -> None:
    assert UNITY_BONES["leftThumbMetacarpal"] == "LeftThumbProximal"
    assert UNITY_BONES["leftThumbProximal"] == "LeftThumbIntermediate"
    assert UNITY_BONES["leftIndexProximal"] == "LeftIndexProximal"
    assert len(set(UNITY_BONES.values())) == 55


@pytest.mark.parametrize("minus_z", [False, True])
def test_unitys_axes_turn_points_as_ours_do(minus_z: bool) -> None:
    """A mirrored world: turning and then mirroring is mirroring and then turning the mirrored way."""
    random = np.random.default_rng(0)
    rotation = quaternions.from_rotation_vector(random.normal(size=3))
    point = random.normal(size=3)
    one = to_unity_position(quaternions.rotate(rotation, point), faces_minus_z=minus_z)
    other = quaternions.rotate(
        to_unity_rotation(rotation, faces_minus_z=minus_z), to_unity_position(point, faces_minus_z=minus_z)
    )
    np.testing.assert_allclose(one, other, atol=1e-9)


def test_a_raised_left_arm_is_a_raised_left_arm_on_both_versions_of_vrm() -> None:
    avatar = build_avatar(default_recipe())
    raised = pose(rotations=turned("leftUpperArm", (0, 0, 1), 40.0))
    told = []
    for rig in (glb_bytes(avatar), vrm0_bytes(avatar), None):
        rows = {row[0]: row[4:] for row in by_address(received(VmcPackets()(moment(raised, rig))), "/VMC/Ext/Bone/Pos")}
        told.append(np.array(rows["LeftUpperArm"], float))
    for other in told[1:]:
        np.testing.assert_allclose(np.abs(told[0] @ other), 1.0, atol=1e-4)
    assert told[0][2] * told[0][3] < 0  # in Unity, whose Z looks the other way round, the arm's turn is the opposite


def test_a_rig_with_arkits_shapes_is_told_only_those() -> None:
    avatar = build_avatar(default_recipe())
    weights = np.zeros(52)
    weights[ARKIT_NAMES.index("eyeBlinkLeft")] = 0.7
    rows = by_address(received(VmcPackets()(moment(pose(expressions=weights), glb_bytes(avatar)))), "/VMC/Ext/Blend/Val")
    values = {str(name): value for name, value in rows}
    assert set(values) == set(ARKIT_NAMES) and values["eyeBlinkLeft"] == pytest.approx(0.7)
    plain = dict(by_address(received(VmcPackets()(moment(pose(expressions=weights)))), "/VMC/Ext/Blend/Val"))
    assert plain["Blink_L"] == pytest.approx(0.7) and plain["Blink_R"] == 0.0


def test_vrchat_gets_its_trackers_where_the_joints_are() -> None:
    messages = list(vrchat_messages(moment()))
    body = average_person().skeleton.rest_positions
    for number, bone in enumerate(TRACKERS, start=1):
        [place] = by_address(messages, f"/tracking/trackers/{number}/position")
        np.testing.assert_allclose(place, body[BONE[bone]] * (-1, 1, 1), atol=1e-5)
        [angles] = by_address(messages, f"/tracking/trackers/{number}/rotation")
        np.testing.assert_allclose(angles, 0.0, atol=1e-4)
    assert by_address(messages, "/tracking/trackers/head/position")


def test_euler_angles_turn_about_z_then_x_then_y() -> None:
    wanted = np.array([20.0, -35.0, 50.0])
    x, y, z = (
        quaternions.from_rotation_vector(np.radians(angle) * axis) for angle, axis in zip(wanted, np.eye(3), strict=True)
    )
    rotation = quaternions.multiply(quaternions.multiply(y, x), z)
    np.testing.assert_allclose(euler_deg(rotation), wanted, atol=1e-6)


def test_looking_to_the_left_is_a_negative_yaw_and_shut_eyes_are_shut() -> None:
    weights = np.zeros(52)
    for name in ("eyeLookOutLeft", "eyeLookInRight"):
        weights[ARKIT_NAMES.index(name)] = 1.0
    for name in ("eyeBlinkLeft", "eyeBlinkRight"):
        weights[ARKIT_NAMES.index(name)] = 1.0
    messages = list(vrchat_messages(moment(pose(expressions=weights))))
    [[pitch, yaw]] = by_address(messages, "/tracking/eye/CenterPitchYaw")
    assert (pitch, yaw) == (0.0, pytest.approx(-30.0))
    assert by_address(messages, "/tracking/eye/EyesClosedAmount") == [[1.0]]


def test_what_is_sent_arrives() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(PATIENCE_S)
        with UdpTarget(Address("vmc", "127.0.0.1", listener.getsockname()[1])) as target:
            packets = VmcPackets()(moment())
            assert target.send(packets) == 0
            assert [listener.recv(2000) for _ in packets] == packets


def test_nobody_listening_is_no_error_but_known_and_a_late_listener_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        where = listener.getsockname()
    with UdpTarget(Address("vmc", *where)) as target:
        assert target.is_heard
        assert target.send([b"x"] * 3) == 0
        assert not target.is_heard
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
            listener.bind(where)
            listener.settimeout(PATIENCE_S)
            assert target.send([b"a", b"b"]) == 0
            assert [listener.recv(9), listener.recv(9)] == [b"a", b"b"]
        monkeypatch.setattr("avatarkit.stream.osc.UNHEARD_S", 0.0)
        assert target.is_heard


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("vmc://127.0.0.1:39540", Address("vmc", "127.0.0.1", 39540)),
        ("vmc://localhost", Address("vmc", "localhost", 39539)),
        ("vrchat://192.168.1.7/", Address("vrchat", "192.168.1.7", 9000)),
    ],
)
def test_addresses_are_read_with_each_protocols_own_port(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("vcm://a:1", "vmc"),
        ("127.0.0.1:39539", "vmc://"),
        ("vmc://:1", "vmc://"),
        ("vmc://a:99999", "port|Port"),
        ("vmc://a/b", "like"),
    ],
)
def test_what_is_no_address_is_refused_with_one_that_is(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_address(text)


def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(UsageError, match="host"):
        UdpTarget(Address("vmc", "no-such-host.invalid", 1))
