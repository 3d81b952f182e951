"""Live moments as JSON and as bytes: both say the same, and readers that know the documents only understand them."""

from __future__ import annotations

import json
import struct

import jsonschema
import numpy as np
import pytest

from avatarkit.motion.human_motion import BONE
from avatarkit.motion.person import average_person
from avatarkit.stream.channels import Channels, parse_channels
from avatarkit.stream.moment_binary import moment_bytes
from avatarkit.stream.moment_json import SCHEMA, moment_json, moment_object
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES
from tests.stream.moments import any_pose, moment_of, plain_pose


def read_binary(data: bytes) -> dict[str, object]:
    """A moment as the table in the documentation says, byte by byte."""
    assert data[:4] == b"AKLM"
    version, flags = struct.unpack_from("<HH", data, 4)
    time_s, sent_s, height, x, y, z, bones, faces = struct.unpack_from("<ddffffQQ", data, 8)
    at, turns, weights = 56, {}, {}
    for bit, name in enumerate(HUMAN_BONES):
        if bones >> bit & 1:
            turns[name] = [value / 32767 for value in struct.unpack_from("<4h", data, at)]
            at += 8
    for bit, name in enumerate(ARKIT_NAMES):
        if faces >> bit & 1:
            weights[name] = struct.unpack_from("<H", data, at)[0] / 65535
            at += 2
    assert at == len(data)
    return {
        "version": version, "seen": bool(flags & 1), "time_s": time_s, "sent_s": sent_s, "hip_height_m": height,
        "root": [x, y, z], "bones": turns, "expressions": weights,
    }  # fmt: skip


@pytest.mark.parametrize("channels", [Channels(), Channels(hands=False), Channels(face=False), Channels(upper_body=True)])
@pytest.mark.parametrize("seed", [1, 2])
def test_json_and_bytes_say_the_same(seed: int, channels: Channels) -> None:
    moment = moment_of(any_pose(seed), seen=seed == 1, channels=channels)
    told, binary = json.loads(moment_json(moment, 12.5)), read_binary(moment_bytes(moment, 12.5))
    assert {name: told[name] for name in ("version", "seen", "time_s", "sent_s")} == {
        name: binary[name] for name in ("version", "seen", "time_s", "sent_s")
    }
    assert list(told["bones"]) == list(binary["bones"]) and list(told["expressions"]) == list(binary["expressions"])
    np.testing.assert_allclose(told["root"], binary["root"], atol=1e-5)
    np.testing.assert_allclose(list(told["bones"].values()), list(binary["bones"].values()), atol=4e-5)
    np.testing.assert_allclose(list(told["expressions"].values()), list(binary["expressions"].values()), atol=2e-5)


def test_every_moment_fits_the_schema_and_what_is_none_does_not() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for seed in range(3):
        validator.validate(json.loads(moment_json(moment_of(any_pose(seed)))))
    good = moment_object(moment_of(plain_pose()))
    for change in ({"root": [0, 0]}, {"bones": {"hips": [0, 0, 0]}}, {"version": 2}, {"expressions": {"jawOpen": 1.5}}):
        assert not validator.is_valid({**good, **change})


def test_a_body_at_rest_has_its_root_at_nought_and_nothing_turned() -> None:
    told = moment_object(moment_of(plain_pose()))
    assert told["root"] == [0.0, 0.0, 0.0]
    assert told["hip_height_m"] == pytest.approx(average_person().skeleton.rest_positions[BONE["hips"], 1], abs=1e-5)
    assert set(map(tuple, told["bones"].values())) == {(0.0, 0.0, 0.0, 1.0)}


def test_bytes_are_a_fifth_of_the_text() -> None:
    moment = moment_of(any_pose(3))
    assert len(moment_bytes(moment)) == 56 + 8 * 55 + 2 * 52
    assert 5 * len(moment_bytes(moment)) < len(moment_json(moment)) < 6000


def test_channels_part_the_body_without_losing_a_bone() -> None:
    parts = [parse_channels([name]).bones for name in ("body", "hands")]
    face = parse_channels(["face"]).bones
    assert (parts[0] | parts[1] | face).all() and not (parts[0] & parts[1]).any() and not (parts[1] & face).any()
    upper = parse_channels([], upper_body=True).bones
    assert {name for name, told in zip(HUMAN_BONES, upper, strict=True) if not told} == {
        "hips", *(side + bone for side in ("left", "right") for bone in ("UpperLeg", "LowerLeg", "Foot", "Toes"))
    }  # fmt: skip
