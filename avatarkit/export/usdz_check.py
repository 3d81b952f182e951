"""Whether a .usdz is what the format asks for: its package, by its own layout, and its scene, by USD's own validators.

Source: openusd.org, specification of usdz 1.3: a ZIP whose files lie uncompressed on multiples of 64 bytes, a layer first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from avatarkit.errors import InputError
from avatarkit.export.platforms import Platform
from avatarkit.export.statistics import MEGABYTE
from avatarkit.export.usdz import check_usd
from avatarkit.export.verdict import Finding, Verdict

if TYPE_CHECKING:
    from pxr import Usd

_LAYERS = (".usdc", ".usda", ".usd")
_CONTENTS = (*_LAYERS, ".png", ".jpg", ".jpeg", ".exr", ".avif", ".m4a", ".mp3", ".wav")
_ALIGNMENT = 64
_LOCAL_HEADER = 30
"""Bytes of a ZIP's local header before the file's name."""

_MOST_BYTES = 512 * MEGABYTE
"""Larger packages are not opened."""


def usdz_verdict(path: Path, platform: Platform) -> Verdict:
    """Whether a package suits a platform.

    Raises:
        InputError: no such file, or no USDZ.
        MissingError: usd-core is not installed.
    """
    passes = "USDZ" in platform.formats
    kind = Finding(
        "kind of file", "USDZ", " or ".join(platform.formats), passes, fix="" if passes else "saved anew from its recipe"
    )
    found = (kind, *_findings(path)) if passes else (kind,)
    return Verdict(platform, (*found, *(Finding(text, "", "", None) for text in platform.unchecked)))


def _findings(path: Path) -> Iterator[Finding]:
    broken = "; ".join(_odd_layout(path))
    yield _finding("layout of the package", broken, "as specified", "packed anew")
    if broken:
        return  # USD opens no such package
    stage = _stage(path)
    minded = [error.GetMessage() for error in _complaints(stage)]
    complaint = f"{len(minded)}, such as: {minded[0]}" if minded else ""
    yield _finding("what USD's own validators mind", complaint, "nothing", "what they say")
    loose = ", ".join(_unbound_meshes(stage)[:3])
    yield _finding("every mesh follows a skeleton", f"not {loose}" if loose else "", "yes", "bound to it")


def _finding(what: str, broken: str, right: str, fix: str) -> Finding:
    return Finding(what, broken or right, right, not broken, fix=fix if broken else "")


def _odd_layout(path: Path) -> Iterator[str]:
    """What breaks the package's own rules. Raises InputError where it is no package."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{path.name}: it is larger than {_MOST_BYTES / MEGABYTE:.0f} MB")
        data = path.read_bytes()
        with ZipFile(path) as package:
            files = package.infolist()
    except (OSError, BadZipFile) as error:
        raise InputError(f"{path.name}: not a USDZ package ({error})") from error
    if not files or not files[0].filename.lower().endswith(_LAYERS):
        yield "the first file is no layer"
    for file in files:
        if file.compress_type != ZIP_STORED:
            yield f"{file.filename} is compressed"
        if _start(data, file.header_offset) % _ALIGNMENT:
            yield f"{file.filename} does not lie on a multiple of {_ALIGNMENT} bytes"
        if not file.filename.lower().endswith(_CONTENTS):
            yield f"{file.filename} is of no kind that a package holds"


def _start(data: bytes, header: int) -> int:
    """Where the content of a file with a local header there begins; one byte off where there is none."""
    sizes = header + _LOCAL_HEADER - 4
    if not 0 <= sizes <= len(data) - 4:
        return 1
    name, extra = struct.unpack_from("<HH", data, sizes)
    return int(header + _LOCAL_HEADER + name + extra)


def _stage(path: Path) -> Usd.Stage:
    """The scene. Raises InputError where it cannot be read or names what is outside the package."""
    check_usd()
    from pxr import Sdf, Tf, Usd

    try:
        layer = Sdf.Layer.FindOrOpen(str(path))
        outside = [
            name for name in layer.GetCompositionAssetDependencies() if Path(name).is_absolute() or ".." in name or ":" in name
        ]
        if outside:
            raise InputError(f"{path.name}: it names {outside[0]!r}, which is not in the package")
        return Usd.Stage.Open(layer)
    except (Tf.ErrorException, AttributeError) as error:
        raise InputError(f"{path.name}: its scene cannot be read") from error


def _complaints(stage: Usd.Stage) -> list[Any]:
    from pxr import UsdValidation

    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    return list(UsdValidation.ValidationContext(validators).Validate(stage))


def _unbound_meshes(stage: Usd.Stage) -> list[str]:
    from pxr import UsdGeom, UsdSkel

    meshes = (prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh))
    return [prim.GetName() for prim in meshes if not UsdSkel.BindingAPI(prim).GetInheritedSkeleton()]
