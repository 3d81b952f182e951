"""What an avatar says about where its parts come from."""

from __future__ import annotations

import tomllib

from avatarkit.avatar.licences import licences_of
from avatarkit.data_files import asset_path


def test_every_asset_that_can_be_seen_is_named_with_its_origin_and_licence() -> None:
    told = tomllib.loads(asset_path("SOURCES.toml").read_text(encoding="utf-8"))
    said = licences_of(["Face", "hair-cap"])
    seen = [name for name in told if name.startswith(("body", "skin", "hair"))]
    assert len(seen) >= 8
    for name in seen:
        assert name in said and told[name]["origin"] in said and told[name]["licence"] in said


def test_hair_that_is_not_worn_is_not_named() -> None:
    assert "hair" not in licences_of(["Face", "Body", "outfit-jeans-fabric"])
