"""The VMC receiver: what was sent is what was meant, whoever sends it in whichever order; nonsense changes nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from avatarkit.motion.human_motion import BONE, HumanPose
from avatarkit.motion.limb_points import GROUPS
from avatarkit.motion.person import person_of_ratios
from avatarkit.stream.live_moment import LiveMoment
from avatarkit.stream.osc import message
from avatarkit.stream.unity import UNITY_BONES
from avatarkit.stream.vmc import VmcPackets
from avatarkit.stream.vmc_receiver import VmcMoments
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from tests.stream.moments import any_pose, moment_of


def received(packets: Iterable[bytes], moments: VmcMoments | None = None) -> list[HumanPose]:
    moments = moments or VmcMoments()
    poses = [pose for number, packet in enumerate(packets) for pose in moments.take(packet, number / 1000)]
    return poses + list(moments.rest(10_000.0))


def assert_same(one: HumanPose, other: HumanPose) -> None:
    assert one.time_s == pytest.approx(other.time_s, abs=1e-5)
    np.testing.assert_allclose(one.root_position, other.root_position, atol=1e-6)
    np.testing.assert_allclose(np.abs((one.rotations * other.rotations).sum(axis=1)), 1.0, atol=1e-6)
    np.testing.assert_allclose(one.expressions, other.expressions, atol=1e-6)


def test_a_stream_sent_and_received_is_the_same_motion() -> None:
    poses = [any_pose(seed, time_s=seed / 30) for seed in range(1, 6)]
    packets = [packet for pose in poses for packet in VmcPackets()(moment_of(pose))]
    told = received(packets)
    assert len(told) == len(poses)
    for one, other in zip(told, poses, strict=True):
        assert_same(one, other)


def test_from_the_second_moment_on_a_pose_is_there_with_its_last_packet() -> None:
    moments = VmcMoments()
    counts = []
    for number in (1, 2, 3):
        packets = VmcPackets()(moment_of(any_pose(number, time_s=float(number))))
        counts.append([len(list(moments.take(packet, 0.0))) for packet in packets])
    nothing = [0] * (len(counts[0]) - 2)
    assert counts == [[0, *nothing, 0], [1, *nothing, 1], [0, *nothing, 1]]


def test_one_message_a_packet_does_as_well() -> None:
    poses = [any_pose(seed, time_s=float(seed)) for seed in (1, 2)]
    told = received([one.dgram for pose in poses for packet in VmcPackets()(moment_of(pose)) for one in OscBundle(packet)])
    for one, other in zip(told, poses, strict=True):
        assert_same(one, other)


def test_the_senders_proportions_are_taken_over() -> None:
    person = person_of_ratios(np.linspace(0.9, 1.1, len(GROUPS)), 1.82)
    moments = VmcMoments()
    received(VmcPackets()(LiveMoment(any_pose(1), person.skeleton, None, True)), moments)
    own, theirs = moments.skeleton.rest_positions, person.skeleton.rest_positions
    np.testing.assert_allclose(own - own[BONE["hips"]], theirs - theirs[BONE["hips"]], atol=1e-5)
    assert own[BONE["hips"], 1] == pytest.approx(theirs[BONE["hips"], 1], abs=0.02)  # soles are not told


def test_a_turned_and_moved_root_carries_the_hips() -> None:
    half = math.sqrt(0.5)
    packets = [
        message("/VMC/Ext/Root/Pos", "root", 1.0, 0.0, 2.0, 0.0, half, 0.0, half),  # a quarter turn about Unity's Y
        message("/VMC/Ext/Bone/Pos", "Hips", 0.0, 1.0, 0.5, 0.0, 0.0, 0.0, 1.0),
    ]
    [pose] = received(packets)
    np.testing.assert_allclose(pose.root_position, (-1.5, 1.0, 2.0), atol=1e-6)  # Unity's +Z is its +X now; ours has X mirrored
    np.testing.assert_allclose(np.abs(pose.rotations[BONE["hips"]]), (0, half, 0, half), atol=1e-6)


def test_vrms_own_names_make_arkits_where_none_of_arkits_is_told() -> None:
    bone = message("/VMC/Ext/Bone/Pos", "Hips", 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    [old] = received([message("/VMC/Ext/Blend/Val", "Blink_L", 0.8), message("/VMC/Ext/Blend/Val", "A", 1.0), bone])
    assert old.expressions[ARKIT_NAMES.index("eyeBlinkLeft")] == pytest.approx(0.8)
    assert old.expressions[ARKIT_NAMES.index("eyeBlinkRight")] == 0.0 < old.expressions[ARKIT_NAMES.index("jawOpen")]
    [new] = received([message("/VMC/Ext/Blend/Val", "EyeBlinkLeft", 0.5), message("/VMC/Ext/Blend/Val", "Blink_L", 1.0), bone])
    assert new.expressions[ARKIT_NAMES.index("eyeBlinkLeft")] == pytest.approx(0.5)


def test_times_rise_when_a_sender_begins_anew() -> None:
    poses = [any_pose(1, time_s=time_s) for time_s in (50.0, 50.5, 0.1, 0.6)]
    times = [one.time_s for one in received([p for pose in poses for p in VmcPackets()(moment_of(pose))])]
    assert times[:2] == [50.0, 50.5] and 50.5 < times[2] < 50.51
    assert times[3] - times[2] == pytest.approx(0.5, abs=1e-4)


NONSENSE = [
    b"",
    b"#bundle\0",
    b"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\xff",
    b"/VMC/Ext/Bone/Pos\0\0\0,sfffffff\0\0\0Hips",
    message("/VMC/Ext/Bone/Pos", "Hips", math.nan, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    message("/VMC/Ext/Bone/Pos", "Hips", 0.0, math.inf, 0.0, 0.0, 0.0, 0.0, 1.0),
    message("/VMC/Ext/Bone/Pos", "Hips", 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    message("/VMC/Ext/Bone/Pos", "Hips", 1e9, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    message("/VMC/Ext/Bone/Pos", "Tail", 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    message("/VMC/Ext/Bone/Pos", "Hips", 0.0, 1.0),
    message("/VMC/Ext/Blend/Val", "Joy", math.nan),
    message("/VMC/Ext/T", math.nan),
    message("/VMC/Ext/T"),
    message("/VMC/Ext/Root/Pos", "root", "x", "y"),
    message("/somebody/else", 1, 2),
]


@pytest.mark.parametrize("packet", NONSENSE)
def test_nonsense_among_packets_changes_nothing(packet: bytes) -> None:
    good = VmcPackets()(moment_of(any_pose(1)))
    [with_it], [without] = received([packet, good[0], packet, *good[1:], packet]), received(good)
    assert_same(with_it, without)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_whatever_raise(data: bytes) -> None:
    for packet in (data, b"#bundle\0" + data, b"/VMC/Ext/Bone/Pos\0\0\0" + data):
        list(VmcMoments().take(packet, 0.0))


def test_bundles_within_bundles_end_somewhere() -> None:
    builder = OscMessageBuilder("/VMC/Ext/T")
    builder.add_arg(1.0)
    content = builder.build()
    for _ in range(300):
        outer = OscBundleBuilder(IMMEDIATELY)
        outer.add_content(content)
        content = outer.build()
    list(VmcMoments().take(content.dgram, 0.0))


def test_a_sender_of_endless_names_fills_no_memory() -> None:
    moments = VmcMoments()
    for number in range(2000):
        list(moments.take(message("/VMC/Ext/Blend/Val", f"name {number}", 1.0), 0.0))
    assert len(moments._weights) <= 256 and len(moments._told) <= 1024


def test_every_bone_is_known_under_unitys_name() -> None:
    packets = [message("/VMC/Ext/Bone/Pos", name, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0) for name in UNITY_BONES.values()]
    [pose] = received(packets)
    assert pose.confidence.min() == 1.0
