"""The viewer shows our files and those of others, and does what its element promises."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import avatarkit as ak
from avatarkit.avatar.style import default_recipe
from avatarkit.data_files import viewer_path
from tests.web import picture, script, view_in_browser

LARGEST_BYTES = 1_500_000
TURNED = {"type": "moment", "version": 1, "time_s": 0.0, "sent_s": 0.0, "bones": {"head": [0.0, 0.383, 0.0, 0.924]}}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The average avatar in each format."""
    folder = tmp_path_factory.mktemp("viewer")
    avatar = ak.build_avatar(default_recipe())
    formats = {"me.glb": None, "me1.vrm": None, "me0.vrm": "vrm0"}
    for name, platform in formats.items():
        avatar.save(folder / name, platform=platform)
    return {name: folder / name for name in formats}


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"), float)


def skin_middle(path: Path) -> float:
    """The mean column of what is unlike the backdrop, -1..1."""
    image = pixels(path)
    figure = np.abs(image - image[:1, :1]).max(axis=2) > 60
    return float(np.flatnonzero(figure.any(axis=0)).mean() / image.shape[1] * 2.0 - 1.0)


def test_the_bundle_is_small_enough_for_a_slow_line() -> None:
    assert len(gzip.compress(viewer_path().read_bytes())) <= LARGEST_BYTES


def test_our_files_and_others_are_shown_and_no_request_leaves_the_page(files: dict[str, Path], tmp_path: Path) -> None:
    steps = []
    for name in files:
        steps += [script(f"viewer.load('/{name}')"), picture(tmp_path / f"{name}.png")]
    report = view_in_browser(steps, files)
    assert report.problems == []
    assert set(report.requests) <= {"", "/", "/viewer.js", "data:,", *(f"/{name}" for name in files)} | {
        request
        for request in report.requests
        if request.startswith("blob:")  # the pictures inside a file
    }
    for facts in report.results:
        assert facts["triangles"] > 10_000
        assert "jawOpen" in facts["expressions"]
    shown = [pixels(tmp_path / f"{name}.png") for name in files]
    assert all(np.ptp(image) > 100 for image in shown)
    for other in shown[1:]:  # all three formats face the camera and look the same
        assert np.abs(shown[0] - other).mean() < 4.0


@pytest.mark.parametrize("name", ["me.glb", "me1.vrm", "me0.vrm"])
def test_a_moment_turns_the_head_the_same_way_in_every_format(name: str, files: dict[str, Path], tmp_path: Path) -> None:
    moments = [{**TURNED, "bones": {"head": [0.0, sign * 0.383, 0.0, 0.924]}} for sign in (1, -1)]
    steps = [script(f"viewer.look('face'); viewer.load('/{name}')")]
    for number, moment in enumerate(moments):
        steps += [script(f"viewer.applyMoment({json.dumps(moment)})"), script("new Promise(requestAnimationFrame)")]
        steps += [script("new Promise(requestAnimationFrame)"), picture(tmp_path / f"{number}.png")]
    view_in_browser(steps, files)
    to_its_left, to_its_right = (pixels(tmp_path / f"{number}.png") for number in range(2))
    half = to_its_left.shape[1] // 2
    # A face that turns to its own left shows the camera its right side: mirror images of each other.
    assert np.abs(to_its_left - to_its_right[:, ::-1]).mean() < np.abs(to_its_left - to_its_right).mean()
    assert to_its_left[:, half:].std() != to_its_left[:, :half].std()
