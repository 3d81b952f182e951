"""Files that mean harm end in one clear error. What grew with the square of a file would make these tests stand out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from avatarkit.errors import InputError
from avatarkit.rig.file_skeleton import MOST_JOINTS
from avatarkit.rig.load_rig import load_rig
from tests.rig.zoo import all_humanoids, edited


def _ring(content: dict[str, Any]) -> None:
    content["nodes"][3]["children"] = [1]


def _index(content: dict[str, Any]) -> None:
    content["skins"][0]["joints"][0] = 10**6


def _negative(content: dict[str, Any]) -> None:
    content["nodes"][0]["children"] = [-1]


def _far(content: dict[str, Any]) -> None:
    for node in content["nodes"]:
        node["scale"] = [1e30, 1e30, 1e30]


def _text_for_number(content: dict[str, Any]) -> None:
    content["nodes"][0]["translation"] = ["a", 0, 0]


def _no_rotation(content: dict[str, Any]) -> None:
    content["nodes"][0]["rotation"] = [0, 0, 0, 0]


def _flat(content: dict[str, Any]) -> None:
    for node in content["nodes"]:
        node["translation"] = [0, 0, 0]


def _no_skin(content: dict[str, Any]) -> None:
    del content["skins"]
    for node in content["nodes"]:
        node["name"] = "x"


def _too_many(content: dict[str, Any]) -> None:
    first = len(content["nodes"])
    content["nodes"] += [{"name": f"j{number}"} for number in range(MOST_JOINTS + 1)]
    content["scenes"][0]["nodes"] += range(first, len(content["nodes"]))
    content["skins"][0]["joints"] += range(first, len(content["nodes"]))


def _vrm_bone(content: dict[str, Any]) -> None:
    content["extensions"] = {"VRMC_vrm": {"humanoid": {"humanBones": {"hips": {"node": 12345}}}}}


@pytest.mark.parametrize(
    "change",
    [_ring, _index, _negative, _far, _text_for_number, _no_rotation, _flat, _no_skin, _too_many, _vrm_bone],
    ids=lambda change: change.__name__,
)
def test_damage_is_an_input_error_of_one_or_two_lines(change: Callable[[dict[str, Any]], None]):
    with pytest.raises(InputError) as caught:
        load_rig(edited(all_humanoids()["mixamo, T-pose"].data, change), name="bad")
    assert str(caught.value).startswith("bad: ")
    assert len(str(caught.value)) < 400


def _same_names(content: dict[str, Any]) -> None:
    _many(content, lambda number: "LeftArm")


def _long_names(content: dict[str, Any]) -> None:
    _many(content, lambda number: "upperarmlowerlegl" * 500 + str(number))


def _hips_everywhere(content: dict[str, Any]) -> None:
    _many(content, lambda number: f"p{number}Hips")


def _many(content: dict[str, Any], name: Callable[[int], str], count: int = 3000) -> None:
    """A brush of many equal joints, then a long chain."""
    content["nodes"] = [{"name": name(number), "translation": [0, 0.001 * number, 0.1]} for number in range(count)]
    content["nodes"][0]["children"] = list(range(1, count // 2))
    for number in range(count // 2 - 1, count - 1):
        content["nodes"][number]["children"] = [number + 1]
    content["scenes"] = [{"nodes": [0]}]
    content["skins"] = [{"joints": list(range(count))}]


@pytest.mark.parametrize("change", [_same_names, _long_names, _hips_everywhere], ids=lambda change: change.__name__)
def test_bombs_of_names_and_joints_end(change: Callable[[dict[str, Any]], None]):
    with pytest.raises(InputError):
        load_rig(edited(all_humanoids()["mixamo, T-pose"].data, change))
