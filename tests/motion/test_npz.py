from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from avatarkit.errors import InputError
from avatarkit.motion.npz import load_motion, motion_to_npz, save_motion
from tests.retargeting.moving_people import BODY, random_motion

FIELDS = ("times_s", "root_positions", "rotations", "confidence", "expressions", "foot_contacts")


def test_what_is_loaded_equals_what_was_saved(tmp_path: Path):
    motion = random_motion(BODY)
    save_motion(motion, tmp_path / "clip.npz")
    back = load_motion(tmp_path / "clip.npz")
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(back, name), getattr(motion, name))
    np.testing.assert_array_equal(back.skeleton.rest_positions, motion.skeleton.rest_positions)
    np.testing.assert_array_equal(back.skeleton.present, motion.skeleton.present)
    assert back.report == motion.report
    assert motion_to_npz(back) == motion_to_npz(motion)


def test_numpy_alone_can_read_it(tmp_path: Path):
    motion = random_motion(BODY)
    save_motion(motion, tmp_path / "clip.npz")
    with np.load(tmp_path / "clip.npz", allow_pickle=False) as file:
        np.testing.assert_array_equal(file["rotations"], motion.rotations)


def _with(name: str, content: bytes) -> bytes:
    """A saved motion in which one member is another."""
    blob = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(motion_to_npz(random_motion(BODY)))) as whole, zipfile.ZipFile(blob, "w") as changed:
        for entry in whole.namelist():
            changed.writestr(entry, content if entry == f"{name}.npy" else whole.read(entry))
    return blob.getvalue()


def _npy(array: np.ndarray) -> bytes:
    blob = io.BytesIO()
    np.save(blob, array, allow_pickle=True)
    return blob.getvalue()


def _header(shape: str, kind: str = "<f8") -> bytes:
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


class _Evil:
    def __reduce__(self) -> tuple:
        return pytest.fail, ("a pickle was opened",)


@pytest.mark.parametrize("data", [
    b"", b"PK\x03\x04", motion_to_npz(random_motion(BODY))[:-100], pickle.dumps(_Evil),
    _with("times_s", _npy(np.array([_Evil()], dtype=object))),
    _with("times_s", _header("(999999999999,)")),
    _with("rotations", _header("(20, 55, 4)")),
    _with("rotations", _npy(np.zeros((20, 55, 4)))),
    _with("rotations", _npy(np.full((20, 55, 4), np.nan))),
    _with("rotations", _npy(np.zeros((20, 55, 3)))),
    _with("times_s", _npy(np.zeros(20))),
    _with("present", _npy(np.zeros(55, bool))),
    _with("about", _npy(np.frombuffer(b'{"schema": "other/9"}', np.uint8))),
    _with("about", _npy(np.frombuffer(b"[" * 100000, np.uint8))),
    _with("about", b"garbage"),
], ids=range(15))  # fmt: skip
def test_a_damaged_or_hostile_file_is_refused_in_one_line(data: bytes, tmp_path: Path):
    (tmp_path / "clip.npz").write_bytes(data)
    with pytest.raises(InputError, match=r"^clip\.npz: ") as caught:
        load_motion(tmp_path / "clip.npz")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="No such file"):
        load_motion(tmp_path / "nothing.npz")
