"""What still breaks a limit after a file has been reduced says why, and what is left to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avatarkit.cli.entry import main
from avatarkit.export.convert import convert
from avatarkit.export.files import vrm1_bytes
from avatarkit.export.hindrances import CROSSED, CUT, FOLDED, OTHER, PIECES, Hindrance, explained, hindrance_of_triangles
from avatarkit.export.platform_check import check
from avatarkit.export.platforms import load_platform
from avatarkit.export.reduction.decode import surface_of
from avatarkit.export.reduction.detail import with_most_triangles
from avatarkit.export.verdict import Finding, Verdict
from avatarkit.gltf.document import Document, Primitive
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.gltf.writing import document_to_glb
from tests.box_person import box_person

MANY = 21_000
"""Triangles: more than VRChat shows on phones."""


@pytest.fixture(scope="module")
def whole() -> Document:
    return document_from_bytes(vrm1_bytes(box_person()))


Shape = tuple[np.ndarray, np.ndarray]
"""Positions (V, 3) and triangles (T, 3)."""


def beads(count: int) -> Shape:
    """Little closed solids of four triangles that have nothing to do with each other."""
    places = np.random.default_rng(0).uniform(0.0, 1.0, (count // 4, 1, 3))
    solid, sides = (
        np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]),
        np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]),
    )
    return (places + 0.01 * solid).reshape(-1, 3), (sides + 4 * np.arange(count // 4)[:, None, None]).reshape(-1, 3)


def rooms(count: int) -> Shape:
    """Cubes wall to wall, with all the walls between them."""
    side = round((count / 6) ** (1 / 3))
    corner = np.stack(np.meshgrid(*[np.arange(side + 1)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    strides, triangles = np.array([(side + 1) ** 2, side + 1, 1]), []
    for one, other in ((0, 1), (1, 2), (2, 0)):
        low = np.flatnonzero((corner[:, one] < side) & (corner[:, other] < side))
        a, b = strides[one], strides[other]
        triangles += [np.stack([low, low + a, low + a + b], axis=1), np.stack([low, low + a + b, low + b], axis=1)]
    return corner / side, np.concatenate(triangles)


def sheet(count: int) -> Shape:
    """A waving square, smooth."""
    side = int(np.sqrt(count / 2)) + 1
    x, y = np.meshgrid(np.linspace(0.0, 1.0, side), np.linspace(0.0, 1.0, side))
    places = np.column_stack([x.ravel(), y.ravel(), 0.05 * np.sin(9.0 * (x + y)).ravel()])
    low = (np.arange(side - 1)[:, None] * side + np.arange(side - 1)).ravel()
    return places, np.concatenate([np.stack([low, low + 1, low + side], 1), np.stack([low + 1, low + side + 1, low + side], 1)])


def cut(count: int) -> Shape:
    """The same with each triangle's corners its own."""
    places, triangles = sheet(count)
    return places[triangles].reshape(-1, 3), np.arange(triangles.size).reshape(-1, 3)


def worn(document: Document, shape: Shape) -> Document:
    """The figure with its body replaced by a shape, all of it bound to its hips."""
    places, triangles = shape
    number = next(k for k, mesh in enumerate(document.meshes) if "body" in mesh.name)
    [part] = document.meshes[number].primitives
    count = len(places)
    attributes = {
        "POSITION": places.astype(np.float32),
        "NORMAL": np.tile(np.float32([0.0, 0.0, 1.0]), (count, 1)),
        "JOINTS_0": np.zeros((count, 4), part.attributes["JOINTS_0"].dtype),
        "WEIGHTS_0": np.tile(np.float32([1.0, 0.0, 0.0, 0.0]), (count, 1)),
    }
    made: Primitive = replace(part, attributes=attributes, indices=triangles.reshape(-1).astype(np.uint32), targets=())
    mesh = replace(document.meshes[number], primitives=(made,), target_names=())
    return replace(document, meshes=tuple(mesh if k == number else one for k, one in enumerate(document.meshes)))


@pytest.mark.parametrize(("shape", "held"), [(beads, PIECES), (rooms, CROSSED), (cut, CUT)])
def test_what_holds_triangles_is_told_apart(whole: Document, shape: Callable[[int], Shape], held: Hindrance) -> None:
    surface = surface_of(worn(whole, shape(4000)))
    coarsest = with_most_triangles(surface, 50, np.ones(len(surface.triangles)))
    assert len(coarsest.triangles) > 0.4 * len(surface.triangles)
    assert hindrance_of_triangles(coarsest) is held


def test_where_nothing_else_holds_triangles_they_would_fold(whole: Document) -> None:
    assert hindrance_of_triangles(surface_of(worn(whole, sheet(4000)))) is FOLDED


def test_a_mended_file_that_is_still_too_heavy_says_why_and_what_to_do(
    whole: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "crumbs.vrm", tmp_path / "mended.vrm"
    source.write_bytes(document_to_glb(worn(whole, beads(2 * MANY))))
    wish = ["check", str(source), "--platform", "vrchat-mobile", "--fix", "-o", str(target), "--i-have-permission"]
    assert main(wish) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert f"why: {PIECES.why}" in told
    assert f"fix: {PIECES.fix}" in told


def test_what_holds_says_nothing_why(whole: Document, tmp_path: Path) -> None:
    source = tmp_path / "sheet.vrm"
    source.write_bytes(document_to_glb(worn(whole, sheet(MANY))))
    verdict = convert(source, "vrchat-mobile", with_permission=True).save(tmp_path / "mended.vrm")
    assert {finding.why for finding in verdict.findings if finding.passes is not False} == {""}
    assert not any(finding.why for finding in check(source, "vrchat-mobile").findings), "nothing has been tried"
    assert next(finding for finding in verdict.findings if finding.what == "triangles").passes


def test_every_limit_that_stays_broken_has_a_reason(whole: Document) -> None:
    broken = Verdict(load_platform("vrchat-mobile"), (Finding("textures", "9", "8", passes=False, fix="textures merged"),))
    [found] = explained(broken, whole).findings
    assert (found.why, found.fix) == (OTHER.why, OTHER.fix)
