"""Verdicts: what is measured is counted right, and every limit is seen when it is broken."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.cli import main
from avatarkit.errors import InputError, UsageError
from avatarkit.export.files import glb_bytes, vrm1_bytes
from avatarkit.export.platform_check import check, check_all
from avatarkit.export.platforms import load_platform, platform_from_tables, platform_names
from avatarkit.export.statistics import STATISTICS, measure
from avatarkit.export.verdict import Finding
from avatarkit.gltf.document import Document
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.gltf.writing import document_to_glb


@pytest.fixture(scope="module")
def vrm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("checked") / "plain.vrm"
    path.write_bytes(vrm1_bytes(build_avatar(default_recipe())))
    return path


@pytest.fixture(scope="module")
def document(vrm: Path) -> Document:
    return document_from_bytes(vrm.read_bytes())


def finding(path: Path, platform: str, words: str) -> Finding:
    [found] = [finding for finding in check(path, platform).findings if words in finding.what]
    return found


def saved(document: Document, tmp_path: Path) -> Path:
    path = tmp_path / "changed.vrm"
    path.write_bytes(document_to_glb(document))
    return path


@pytest.mark.parametrize("name", platform_names())
def test_every_profile_can_be_read_and_says_where_it_comes_from(name: str) -> None:
    platform = load_platform(name)
    assert platform.title and platform.source and platform.date >= "2026"
    assert platform.formats


def test_our_own_avatar_passes_what_it_is_made_for(vrm: Path) -> None:
    for name in ("vrm1", "web", "unity-humanoid", "cluster"):
        verdict = check(vrm, name)
        assert verdict.passes, [f for f in verdict.findings if f.passes is False]


def test_what_is_counted_is_there(document: Document) -> None:
    figures = measure(document, 1_500_000)
    assert set(figures) == set(STATISTICS)
    assert figures["megabytes"] == 1.5
    assert figures["triangles"] == sum(part.triangle_count for mesh in document.meshes for part in mesh.primitives)
    assert figures["joints"] == len(document.skins[0].joints) and figures["morphs"] == 52 and figures["influences"] == 4
    assert 1.4 < figures["longest_side_m"] < 2.2


def test_a_profile_gives_every_limit_a_line(vrm: Path) -> None:
    platform = load_platform("vrchat-pc")
    verdict = check(vrm, "vrchat-pc")
    assert len(verdict.findings) == 2 + len(platform.limits) + len(platform.ranks) + len(platform.rules)
    assert verdict.rank in (*platform.rank_names, "Very Poor")


def test_ranks_fall_as_numbers_rise(vrm: Path, tmp_path: Path, document: Document) -> None:
    mesh = max(document.meshes, key=lambda m: m.primitives[0].triangle_count)
    part = mesh.primitives[0]
    heavy = replace(part, indices=np.tile(part.indices, 6))
    meshes = tuple(replace(m, primitives=(heavy,)) if m is mesh else m for m in document.meshes)
    path = saved(replace(document, meshes=meshes), tmp_path)
    before, after = (finding(p, "vrchat-pc", "triangles") for p in (vrm, path))
    assert (before.passes, after.passes, after.rank) == (True, False, "Very Poor")
    assert "level of detail" in after.fix


def test_broken_rules_are_seen(tmp_path: Path, document: Document) -> None:
    meshes = list(document.meshes)
    face = next(k for k, mesh in enumerate(meshes) if len(mesh.target_names) > 2)
    names = meshes[face].target_names
    meshes[face] = replace(meshes[face], target_names=(names[1], *names[1:]))
    nodes = tuple(replace(node, skin=None) if node.mesh == face else node for node in document.nodes)
    path = saved(replace(document, meshes=tuple(meshes), nodes=nodes), tmp_path)
    assert finding(path, "vrm1", "two morphs of one name").passes is False
    assert finding(path, "vrm1", "is skinned").passes is False


def test_a_figure_that_faces_away_or_hangs_its_arms_is_seen(vrm: Path, tmp_path: Path, document: Document) -> None:
    assert finding(vrm, "vrm0", "faces -Z").passes is False
    joints = {node.name: k for k, node in enumerate(document.nodes)}
    arms = {joints["leftUpperArm"]: -1.0, joints["rightUpperArm"]: 1.0}
    down = tuple(
        replace(node, rotation=(0.0, 0.0, arms[k] * np.sin(np.pi / 8), np.cos(np.pi / 8))) if k in arms else node
        for k, node in enumerate(document.nodes)
    )
    hanging = finding(saved(replace(document, nodes=down), tmp_path), "vrm1", "arms stretched")
    assert hanging.passes is False and "45 degrees" in hanging.measured


def test_what_cannot_be_seen_is_not_called_right(vrm: Path) -> None:
    unchecked = [f for f in check(vrm, "roblox").findings if f.passes is None]
    assert unchecked and all(f.measured == "" for f in unchecked)


def test_every_platform_at_once_says_what_each_says_alone(vrm: Path) -> None:
    verdicts = check_all(vrm)
    assert [verdict.platform.name for verdict in verdicts] == platform_names()
    assert verdicts[0] == check(vrm, platform_names()[0])


def test_the_command_ends_with_1_where_a_limit_is_broken(vrm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(vrm), "--platform", "vrm1"]) == 0
    assert main(["check", str(vrm), "--platform", "decentraland", "--json"]) == 1
    said = capsys.readouterr().out
    content = json.loads(said[said.index("{") :])
    assert content["passes"] is False and any(f["passes"] is False for f in content["findings"])
    assert main(["check", str(vrm), "--all"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == len(platform_names())
    assert main(["check", str(vrm)]) == 2
    assert main(["check", str(vrm), "--platform", "vrchat"]) == 2
    assert "vrchat-pc" in capsys.readouterr().err


@pytest.mark.parametrize("wish", ["--all", "--platform=vrchat-mobile", "--platform=rpm"])
def test_tables_fit_a_narrow_terminal(
    vrm: Path, wish: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    main(["check", str(vrm), wish])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 10 and max(map(len, lines)) <= 80


def test_the_platforms_are_listed_with_their_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["platforms", "--json"]) == 0
    assert [p["name"] for p in json.loads(capsys.readouterr().out)] == platform_names()
    assert main(["platforms"]) == 0
    assert all(name in capsys.readouterr().out for name in platform_names()[:1])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"colour": 1}, "entry"),
        ({"bones": ["hip"]}, "hips"),
        ({"rules": ["t-poses"]}, "t-pose"),
        ({"limits": {"triangle": 5}}, "triangles"),
        ({"ranks": {"order": ["Good"], "allowed": "God", "triangles": [1]}}, "Good"),
        ({"ranks": {"order": ["Good"], "allowed": "Good", "triangles": [1, 2]}}, "one value"),
    ],
)
def test_a_wrong_profile_is_refused(change: dict[str, object], words: str) -> None:
    plain = {"title": "a", "source": "b", "date": "2026-01-01", "formats": ["GLB"], "bones": []}
    platform_from_tables("mine", plain)
    with pytest.raises(InputError, match=words):
        platform_from_tables("mine", plain | change)


def test_a_file_that_is_none_and_a_body_without_bones_end_well(tmp_path: Path) -> None:
    (tmp_path / "no.glb").write_bytes(b"hello")
    with pytest.raises(InputError):
        check(tmp_path / "no.glb", "vrm1")
    with pytest.raises(UsageError, match="vrm1"):
        check(tmp_path / "no.glb", "vrm2")
    plain = document_from_bytes(glb_bytes(build_avatar(default_recipe())))
    bare = replace(plain, skins=(), nodes=tuple(replace(n, skin=None, name=f"n{k}") for k, n in enumerate(plain.nodes[-3:])),
                   scenes=(), scene=None)  # fmt: skip
    bare = replace(bare, nodes=tuple(replace(node, children=()) for node in bare.nodes))
    verdict = check(saved(bare, tmp_path), "vrm1")
    assert not verdict.passes and any(f.passes is None for f in verdict.findings)
