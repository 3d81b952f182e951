"""Human motion as an .npz file: arrays only, no pickles; what is loaded equals what was saved."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np

from avatarkit.errors import InputError
from avatarkit.motion.human_motion import BONES, EXPRESSIONS, HumanMotion, HumanSkeleton
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONES
from avatarkit.whole_files import write_whole

SCHEMA = "avatarkit.motion/1"
"""What the file's `schema` says; another number means another meaning."""

MAX_FILE_BYTES = 2**29
MAX_MOMENTS = 500_000
"""Most moments of one file: 4.6 hours at 30 Hz."""

_MAX_TEXT = 2**20
_SHAPES: dict[str, tuple[int, ...]] = {
    "root_positions": (3,),
    "rotations": (BONES, 4),
    "confidence": (BONES,),
    "expressions": (EXPRESSIONS,),
    "foot_contacts": (2,),
}
"""Per moment."""

_BYTES_PER_MOMENT = 8 * (1 + sum(int(np.prod(shape)) for shape in _SHAPES.values()))


def motion_to_npz(motion: HumanMotion) -> bytes:
    """The motion as the bytes of an .npz file; equal motions give equal bytes."""
    text = {"schema": SCHEMA, "bones": HUMAN_BONES, "expressions": ARKIT_NAMES, "report": dict(motion.report)}
    arrays = {
        "about": np.frombuffer(json.dumps(text).encode(), np.uint8),
        "rest_positions": motion.skeleton.rest_positions,
        "present": motion.skeleton.present,
        "times_s": motion.times_s,
        **{name: getattr(motion, name) for name in _SHAPES},
    }
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # its date is fixed, so that equal motions give equal bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as member:
                np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
    return blob.getvalue()


def save_motion(motion: HumanMotion, path: str | Path) -> None:
    """Write the motion to an .npz file, whole or not at all. Raises UsageError where nothing can be written."""
    write_whole(path, motion_to_npz(motion))


def load_motion(path: str | Path) -> HumanMotion:
    """Read a motion that `save_motion` wrote.

    Raises:
        InputError: no such file, damaged, another schema, or too large.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError(f"more than {MAX_FILE_BYTES >> 20} MB")
        with zipfile.ZipFile(path) as archive:
            return _motion(_Members(archive))
    except InputError as error:
        raise InputError(f"{path.name}: this motion cannot be read: {error}") from error
    except OSError as error:
        raise InputError(f"{path.name}: this motion cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, ValueError, KeyError, NotImplementedError, EOFError, RuntimeError) as error:
        raise InputError(f"{path.name}: this is no whole motion file ({str(error)[:80]})") from error


class _Members:
    """The arrays of an archive, each checked before its memory is taken."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive

    def array(self, name: str, shape: tuple[int | None, ...], dtype: str) -> np.ndarray:
        with self.archive.open(f"{name}.npy") as member:
            version = np.lib.format.read_magic(member)
            if version != (1, 0):
                raise InputError(f"its {name} are stored in a way that is not known")
            found, fortran, kind = np.lib.format.read_array_header_1_0(member)
            fits = len(found) == len(shape) and all(want in (None, got) for want, got in zip(shape, found, strict=True))
            if not fits or fortran or kind != np.dtype(dtype):
                raise InputError(f"its {name} have the shape {found} and type {kind}, which no motion has")
            size = int(np.prod(found)) * kind.itemsize
            if size > MAX_MOMENTS * _BYTES_PER_MOMENT:
                raise InputError(f"its {name} are too large")
            content = member.read(size)
        if len(content) < size:
            raise InputError(f"its {name} are cut off")
        return np.frombuffer(content, kind).reshape(found)


def _motion(members: _Members) -> HumanMotion:
    about = _about(members)
    times = members.array("times_s", (None,), "<f8")
    if len(times) > MAX_MOMENTS:
        raise InputError(f"more than {MAX_MOMENTS} moments")
    skeleton = HumanSkeleton(members.array("rest_positions", (BONES, 3), "<f8"), members.array("present", (BONES,), "|b1"))
    parts = {name: members.array(name, (len(times), *shape), "<f8") for name, shape in _SHAPES.items()}
    lengths = np.linalg.norm(parts["rotations"], axis=-1)
    if (np.abs(lengths - 1) > _UNIT_TOLERANCE).any():
        raise InputError("its rotations are no unit quaternions")
    report = about.get("report")
    return HumanMotion(skeleton, times, **parts, report=report if isinstance(report, dict) else {})


_UNIT_TOLERANCE = 1e-3
"""How far from 1 the length of a stored quaternion may be."""


def _about(members: _Members) -> dict:
    text = members.array("about", (None,), "|u1")
    if len(text) > _MAX_TEXT:
        raise InputError("its description is too long")
    try:
        about = json.loads(text.tobytes())
    except RecursionError as error:
        raise InputError("its description is nested too deeply") from error
    if not isinstance(about, dict) or about.get("schema") != SCHEMA:
        raise InputError(f"its schema is {str(isinstance(about, dict) and about.get('schema'))[:40]!r}, not {SCHEMA!r}")
    if about.get("bones") != list(HUMAN_BONES) or about.get("expressions") != list(ARKIT_NAMES):
        raise InputError("its bones or expressions are not this version's")
    return about
