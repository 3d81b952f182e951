"""`avatarkit sliders`: the list is the body's, for people and for programs."""

from __future__ import annotations

import json

import pytest

from avatarkit.body.body import load_body
from avatarkit.cli import main
from avatarkit.cli.sliders import slider_values


def test_the_json_names_every_slider_with_its_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sliders", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {entry["name"] for entry in listed} == set(load_body().sliders)
    assert all(entry["low"] <= 0 < entry["high"] and entry["group"] for entry in listed)


def test_the_text_names_every_slider_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sliders"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert sorted(names) == sorted(load_body().sliders)


def test_the_last_of_two_settings_counts() -> None:
    assert slider_values(["nose-width=0.3", "nose-height=-1e-1", "nose-width=0.5"]) == {"nose-width": 0.5, "nose-height": -0.1}
