from __future__ import annotations

import numpy as np
import pytest

from avatarkit.errors import InputError
from avatarkit.retargeting import bvh_file
from avatarkit.retargeting.bvh_file import parse_bvh

SMALL = """HIERARCHY
ROOT Hips
{
  OFFSET 0 1e0 -0.5
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT My Spine: top
  {
    OFFSET 0.0\t.25 0
    CHANNELS 3 Yrotation Zrotation Xrotation
    End Site
    {
      OFFSET 0 0.1 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0333333
1 2 3 4 5 6 7 8 9
-1 -2e-1 +3 4 5 6 7 8 9
"""


def changed(old: str, new: str) -> bytes:
    assert old in SMALL
    return SMALL.replace(old, new).encode()


def test_joints_offsets_channels_and_frames_are_read():
    file = parse_bvh(SMALL.encode())
    hips, spine = file.joints
    assert (hips.name, hips.parent, hips.offset) == ("Hips", -1, (0.0, 1.0, -0.5))
    assert (spine.name, spine.parent, spine.ends) == ("My Spine: top", 0, ((0.0, 0.1, 0.0),))
    assert [bvh_file.CHANNELS[channel] for channel in spine.channels] == ["Yrotation", "Zrotation", "Xrotation"]
    np.testing.assert_array_equal(file.frames[1], [-1, -0.2, 3, 4, 5, 6, 7, 8, 9])
    assert file.frame_time_s == 0.0333333
    assert not file.notes


@pytest.mark.parametrize("text", [
    SMALL.replace("\n", "\r\n"), "\ufeff" + SMALL, SMALL.replace("  ", "\t"), SMALL.replace("{", "{ ").rstrip(),
    SMALL.replace("ROOT Hips\n{", "ROOT Hips {"), SMALL.replace("HIERARCHY", "hierarchy").replace("MOTION", "Motion"),
    SMALL.replace("End Site", "End  site"), SMALL + "\n\n  \n",
], ids=["crlf", "mark", "tabs", "spaces", "brace on the line", "lower case", "end site", "blank lines"])  # fmt: skip
def test_ways_of_writing_make_no_difference(text: str):
    plain, other = parse_bvh(SMALL.encode()), parse_bvh(text.encode())
    assert other.joints == plain.joints
    np.testing.assert_array_equal(other.frames, plain.frames)


@pytest.mark.parametrize(("data", "says"), [
    (b"", "HIERARCHY"),
    (b"\x00\xff" * 50, "HIERARCHY"),
    (changed("MOTION", "NOTION"), "MOTION"),
    (changed("ROOT Hips\n{", "ROOT Hips\n"), "'{' is missing"),
    (changed("  }\n}\nMOTION", "}\nMOTION"), "not closed"),
    (changed("}\nMOTION", "}\n}\nMOTION"), "'}'"),
    (changed("}\nMOTION", "}\nROOT Other\n{\nOFFSET 0 0 0\nCHANNELS 0\n}\nMOTION"), "several roots"),
    (changed("OFFSET 0 1e0", "OFFSET 0 nan"), "'nan'"),
    (changed("OFFSET 0 1e0 -0.5", ""), "no OFFSET"),
    (changed("CHANNELS 6", "CHANNELS 7"), "none of BVH's"),
    (changed("CHANNELS 6", "CHANNELS 99999999999"), "none of BVH's"),
    (changed("Yrotation Zrotation Xrotation", "Yrotation Yrotation Xrotation"), "none of BVH's"),
    (changed("Frames: 2", "Frames: -2"), "'Frames:'"),
    (changed("Frames: 2", "Frames: many"), "'Frames:'"),
    (changed("Frame Time: 0.0333333", "Frame Time: 0"), "'Frame Time:'"),
    (changed("Frame Time: 0.0333333", ""), "'Frame Time:'"),
    (changed("1 2 3 4 5 6 7 8 9\n-1", "1 2 3 4 nan 6 7 8 9\n-1"), "frame 1 holds NaN"),
    (changed("1 2 3 4 5 6 7 8 9\n-1", "1 2 3 4 5 6 7 8 1e999\n-1"), "frame 1 holds NaN"),
    (changed("1 2 3 4 5 6 7 8 9\n-1", "1 2 3 4 5 6 7 eight 9\n-1"), "no number"),
    (changed("1 2 3 4 5 6 7 8 9\n-1 -2e-1 +3 4 5 6 7 8 9\n", ""), "no whole frame"),
    (changed("JOINT My Spine: top", "}\nJOINT stray"), "hangs on nothing"),
])  # fmt: skip
def test_a_damaged_file_is_refused_in_one_line(data: bytes, says: str):
    with pytest.raises(InputError, match=says) as caught:
        parse_bvh(data)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_frames_that_are_cut_off_are_left_out_and_told():
    file = parse_bvh(SMALL[:-8].encode())
    assert len(file.frames) == 1
    assert "2 frames announced" in file.notes[0]


def test_more_frames_than_announced_are_ignored():
    assert len(parse_bvh(changed("Frames: 2", "Frames: 1")).frames) == 1


def test_too_many_frames_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bvh_file, "MAX_FRAMES", 50)
    row = "1 2 3 4 5 6 7 8 9\n"
    text = SMALL.replace("Frames: 2", "Frames: 1000000") + row * 60
    with pytest.raises(InputError, match="more than 50 frames"):
        parse_bvh(text.encode())


def test_a_header_that_promises_the_moon_takes_no_memory():
    file = parse_bvh(changed("Frames: 2", "Frames: 900000000000"))
    assert len(file.frames) == 2


def test_too_many_joints_are_refused():
    depth = bvh_file.MAX_JOINTS + 5
    opening = "".join(f"JOINT j{n}\n{{\nOFFSET 0 1 0\nCHANNELS 0\n" for n in range(depth))
    text = SMALL.replace("  JOINT My", opening + "  JOINT My").replace("}\nMOTION", "}" * (depth + 1) + "\nMOTION")
    with pytest.raises(InputError, match="more than 1000 joints"):
        parse_bvh(text.encode())
