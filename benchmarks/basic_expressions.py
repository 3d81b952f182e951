"""python -m benchmarks.basic_expressions: are the six basic expressions still told apart on every platform's file?

A short clip of each file, drawn: rest, each expression to its half and full and back. It goes the way of any video: face mesh,
identity of the clip, `read_face` with memory. What is read at full strength counts as the expression whose weights point most
nearly the same way; glances say nothing here and are left out. Two sets of weights are compared with: the true ones, and those
read from the full avatar, drawn smaller, which stand for what the tracker makes of this style of face.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.export.files import save_avatar
from avatarkit.export.platforms import load_platform, platform_names
from avatarkit.export.statistics import measure
from avatarkit.gltf.document import Document
from avatarkit.gltf.reading import read_document
from avatarkit.motion.face.identity import fit_identity
from avatarkit.motion.face.read_face import read_face
from avatarkit.render.pictures import render_views
from avatarkit.tracking.detect_faces import MIN_DETECTION_SCORE
from avatarkit.tracking.follow_face import FaceMemory, find_face, follow_face
from avatarkit.tracking.mediapipe_graphs import face_graphs
from avatarkit.tracking.square_crop import PhotoPyramid
from avatarkit.tracking.tracked_frame import TrackedFace
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from benchmarks.platforms import FAMILIES, SMALLEST_WITH_A_FACE
from benchmarks.results import OUT, Figure, figure_table, table, write_results

SIZES_PX, REFERENCE_PX = (512, 640), 400
FPS = 15.0


def _both(*names: str) -> dict[str, float]:
    return {name + side: 1.0 for name in names for side in ("Left", "Right")}


def _mirrored(name: str) -> str:
    swapped = {"Left": "Right", "Right": "Left"}
    return next((name.removesuffix(side) + other for side, other in swapped.items() if name.endswith(side)), name)


BASIC = {
    "joy": _both("cheekSquint", "mouthSmile"),
    "anger": _both("browDown", "noseSneer", "mouthPress"),
    "sadness": {"browInnerUp": 1.0, **_both("mouthFrown")},
    "surprise": {"browInnerUp": 1.0, "jawOpen": 0.6, **_both("browOuterUp", "eyeWide")},
    "fear": {"browInnerUp": 1.0, "jawOpen": 0.25, **_both("eyeWide", "mouthStretch")},
    "disgust": _both("noseSneer", "mouthUpperUp", "eyeSquint"),
}
"""After the action units of P. Ekman and W. Friesen's EMFACS, in ARKit's names; those that a face shows at full strength."""

_NO_GLANCE = np.array([not name.startswith("eyeLook") for name in ARKIT_NAMES], float)

_OTHER_SIDE = [ARKIT_NAMES.index(_mirrored(name)) for name in ARKIT_NAMES]

COLUMNS = ("family", "platform", "px", "right, by truth", "taken for another", "right, by the full avatar", "least margin")
Row = tuple[str, str, int, int, str, int, float]

Read = Mapping[str, np.ndarray]
"""Expression -> (52,) weights."""

TRUTH: Read = {name: np.array([weights.get(one, 0.0) for one in ARKIT_NAMES]) for name, weights in BASIC.items()}


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for family in options.families for row in _family(family, options, Path(folder))]
    print(table(rows, COLUMNS))
    figures = [
        Figure(f"{family}, told apart by {what}, worst", min(row[at] for row in rows if row[0] == family), "of 6", 6, "least")
        for family in options.families
        for what, at in (("truth", 3), ("the full avatar", 5))
    ] + [Figure(f"{family}, least margin by truth", min(row[6] for row in rows if row[0] == family), "", 0.0, "least")
         for family in options.families]  # fmt: skip
    print("\n" + figure_table(figures))
    write_results(options.output, figures, {"rows": rows})


def _family(family: str, options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    avatar = build_avatar(default_recipe(family))
    reference = read_clip(_saved(avatar, folder / "full.vrm", None), REFERENCE_PX)
    for platform in options.platforms:
        profile = load_platform(platform)
        if profile.takes_usd_alone:
            continue  # a figure at rest
        document = _saved(avatar, folder / f"{platform}{profile.suffix}", platform)
        if measure(document, 0)["triangles"] < SMALLEST_WITH_A_FACE:
            continue
        for size in options.sizes:
            read = read_clip(document, size)
            wrong = taken_for_another(read, TRUTH)
            yield (
                family,
                platform,
                size,
                len(BASIC) - len(wrong),
                ", ".join(f"{name} for {other}" for name, other in wrong.items()) or "-",
                len(BASIC) - len(taken_for_another(read, reference)),
                round(min(_margin(name, read) for name in BASIC), 3),
            )


def _saved(avatar: Avatar, path: Path, platform: str | None) -> Document:
    save_avatar(avatar, path, platform)
    return read_document(path)


def read_clip(document: Document, size_px: int) -> Read:
    """What the tracker reads of each of `BASIC` on a file's face, above what it reads at rest, both sides alike."""
    moments = [("rest", 0.0)] * 4
    for name in BASIC:
        moments += [(name, 0.5), (name, 1.0), (name, 1.0), (name, 0.5), ("rest", 0.0), ("rest", 0.0)]
    faces = _tracked(document, moments, size_px)
    identity, memory, read = fit_identity(list(faces.values())), None, {}
    for number, face in faces.items():
        reading, memory = read_face(face, identity, memory)
        read[moments[number]] = reading.expressions
    rest = read["rest", 0.0]
    return {name: _even((read[name, 1.0] - rest) * _NO_GLANCE) for name in BASIC if (name, 1.0) in read}


def _tracked(document: Document, moments: list[tuple[str, float]], size_px: int) -> dict[int, TrackedFace]:
    """Number of the moment -> the face followed there, where one was found."""
    graphs, memory, faces = face_graphs(MIN_DETECTION_SCORE), FaceMemory(), {}
    pyramids = {moment: PhotoPyramid(_picture(document, *moment, size_px)) for moment in dict.fromkeys(moments)}
    for number, moment in enumerate(moments):
        memory, face = follow_face(pyramids[moment], number / FPS, memory, graphs)
        if face is None:
            memory, face = find_face(pyramids[moment], number / FPS, FaceMemory(), None, graphs)
        if face is not None:
            faces[number] = face
    return faces


def _picture(document: Document, name: str, level: float, size_px: int) -> np.ndarray:
    weights = {one: level * weight for one, weight in BASIC.get(name, {}).items()}
    return render_views(document, ["face"], (size_px, size_px), expression_weights=weights)[0]


def _even(weights: np.ndarray) -> np.ndarray:
    """Weights (52,) with both sides' mean on either side."""
    return 0.5 * (weights + weights[_OTHER_SIDE])


def taken_for_another(read: Read, kinds: Read) -> dict[str, str]:
    """Expression -> what it is taken for, where that is another; one that was not seen is taken for nothing."""
    nearest = {name: _nearest(read[name], kinds) if name in read else "nothing" for name in BASIC}
    return {name: other for name, other in nearest.items() if other != name}


def _nearest(weights: np.ndarray, kinds: Read) -> str:
    return max(kinds, key=lambda kind: _cosine(weights, kinds[kind]))


def _margin(name: str, read: Read) -> float:
    """By how much an expression is nearer to its own true weights than to any other's, in cosines; -1 where it was not seen."""
    if name not in read:
        return -1.0
    return _cosine(read[name], TRUTH[name]) - max(_cosine(read[name], TRUTH[kind]) for kind in BASIC if kind != name)


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / max(np.linalg.norm(one) * np.linalg.norm(other), 1e-9))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.basic_expressions", description=__doc__)
    parser.add_argument("--families", nargs="+", default=FAMILIES)
    parser.add_argument("--platforms", nargs="+", default=platform_names(), help="only these")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES_PX, help="sides of the pictures, in pixels")
    parser.add_argument("--output", type=Path, default=OUT / "basic_expressions.json", help="where the JSON goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
