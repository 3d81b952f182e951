"""`avatarkit capture` and `retarget`: what goes wrong is said in a line, ends with the contract's code, and writes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from avatarkit.cli import main
from avatarkit.motion.human_motion import BONE, BONES, EXPRESSIONS, HumanMotion, HumanSkeleton
from avatarkit.render.video import mp4_bytes
from avatarkit.vocabulary.vrm import HUMAN_BONES

BVH = """HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  End Site
  {
    OFFSET 0 10 0
  }
}
MOTION
Frames: 1
Frame Time: 0.0333333
0 0 0 0 0 0
"""


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Run a command in a folder of its own; gives the exit code and the lines on standard error."""

    def command(*arguments: object) -> tuple[int, list[str]]:
        code = main([str(argument) for argument in arguments])
        return code, capsys.readouterr().err.splitlines()

    return command


@pytest.fixture
def nobody(tmp_path: Path) -> Path:
    path = tmp_path / "nobody.mp4"
    path.write_bytes(mp4_bytes([np.full((120, 160, 3), 90, np.uint8)] * 4, (160, 120)))
    return path


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_video_of_nobody_ends_with_3_and_writes_nothing(run, nobody: Path) -> None:
    code, lines = run("capture", nobody, "-o", nobody.parent / "out.npz", "--report", nobody.parent / "out.json")
    assert (code, len(lines)) == (3, 1)
    assert _files(nobody.parent) == {"nobody.mp4"}


@pytest.mark.parametrize("content", [b"", b"no video", b"\x00\x00\x00\x18ftypmp42" + bytes(40)], ids=["empty", "text", "head"])
def test_a_damaged_video_ends_with_3_and_writes_nothing(run, tmp_path: Path, content: bytes) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(content)
    code, lines = run("capture", video, "-o", tmp_path / "out.bvh")
    assert (code, len(lines)) == (3, 1)
    assert _files(tmp_path) == {"clip.mp4"}


@pytest.mark.parametrize(
    "options",
    [("--height", "170"), ("--height", "nan"), ("--fps", "0"), ("--fps", "nan"), ("--person", "0"), ("--feet", "sometimes")],
    ids=" ".join,
)
def test_an_option_out_of_range_is_wrong_usage(run, nobody: Path, options: tuple[str, str]) -> None:
    code, lines = run("capture", nobody, "-o", nobody.parent / "out.npz", *options)
    assert code == 2
    assert len(lines) <= 2
    assert _files(nobody.parent) == {"nobody.mp4"}


@pytest.mark.parametrize("name", ["out.fbx", "out", "out.vrm"])
def test_a_target_of_another_kind_is_wrong_usage(run, nobody: Path, name: str) -> None:
    assert run("capture", nobody, "-o", nobody.parent / name)[0] == 2


def test_a_rig_that_is_no_humanoid_ends_with_3_before_the_video_is_read(run, nobody: Path) -> None:
    rig = nobody.parent / "rig.glb"
    rig.write_bytes(b"glTF")
    code, lines = run("capture", nobody, "--rig", rig, "-o", nobody.parent / "out.glb")
    assert (code, len(lines)) == (3, 1)
    assert "rig.glb" in lines[0]


@pytest.mark.parametrize("content", ["", "HIERARCHY", BVH, BVH.replace("0 0 0 0 0 0", "nan 0 0 0 0 0")])
def test_a_motion_that_is_none_ends_with_3(run, tmp_path: Path, content: str) -> None:
    motion = tmp_path / "motion.bvh"
    motion.write_text(content)
    code, lines = run("retarget", motion, "-o", tmp_path / "out.npz")
    assert (code, len(lines)) == (3, 1)
    assert _files(tmp_path) == {"motion.bvh"}


def test_a_motion_survives_its_way_through_the_formats(run, tmp_path: Path) -> None:
    still = _waving()
    still.save(tmp_path / "a.npz")
    for source, target in (("a.npz", "b.bvh"), ("b.bvh", "c.vrma"), ("a.npz", "d.csv"), ("a.npz", "e.npz")):
        assert run("retarget", tmp_path / source, "-o", tmp_path / target) == (0, [])
    assert (tmp_path / "d.csv").read_text().count("\n") == len(still) + 2  # a line about the columns, and their names
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "e.npz").read_bytes()


def _waving() -> HumanMotion:
    """Two moments of a stick figure."""
    rest = np.zeros((BONES, 3))
    for bone in HUMAN_BONES:
        side = 1.0 if bone.startswith("left") else -1.0 if bone.startswith("right") else 0.0
        rest[BONE[bone]] = _place(bone, side)
    rotations = np.zeros((2, BONES, 4))
    rotations[..., 3] = 1
    rotations[1, BONE["leftUpperArm"]] = (0, 0, np.sin(0.4), np.cos(0.4))
    required = np.array([_is_plain(bone) for bone in HUMAN_BONES])
    return HumanMotion(
        skeleton=HumanSkeleton(rest, required),
        times_s=np.array([0.0, 0.1]),
        root_positions=np.tile(rest[BONE["hips"]], (2, 1)),
        rotations=rotations,
        confidence=np.tile(required.astype(float), (2, 1)),
        expressions=np.zeros((2, EXPRESSIONS)),
        foot_contacts=np.ones((2, 2)),
    )


HEIGHTS = {"hips": 0.95, "spine": 1.05, "chest": 1.15, "upperChest": 1.28, "neck": 1.45, "head": 1.52}
LEGS = {"UpperLeg": 0.9, "LowerLeg": 0.48, "Foot": 0.08}
ARMS = {"UpperArm": 0.18, "LowerArm": 0.45, "Hand": 0.7}


def _is_plain(bone: str) -> bool:
    return bone in HEIGHTS or bone.removeprefix("left").removeprefix("right") in {**LEGS, **ARMS}


def _place(bone: str, side: float) -> tuple[float, float, float]:
    part = bone.removeprefix("left").removeprefix("right")
    if part in LEGS:
        return side * 0.1, LEGS[part], 0.0
    if part in ARMS:
        return side * ARMS[part], 1.4, 0.0
    return 0.0, HEIGHTS.get(bone, 1.52), 0.0
