"""What an avatar says about where its parts come from and what may be done with it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from avatarkit.avatar.avatar import AvatarMeta
from avatarkit.avatar.licences import licences_of, permissions, with_permissions
from avatarkit.cli import main
from avatarkit.data_files import asset_path
from avatarkit.errors import UsageError
from avatarkit.export.convert import convert
from avatarkit.gltf.reading import read_document
from tests.box_person import box_person


def test_every_asset_that_can_be_seen_is_named_with_its_origin_and_licence() -> None:
    told = tomllib.loads(asset_path("SOURCES.toml").read_text(encoding="utf-8"))
    said = licences_of(["Face", "hair-cap"])
    seen = [name for name in told if name.startswith(("body", "skin", "hair"))]
    assert len(seen) >= 8
    for name in seen:
        assert name in said and told[name]["origin"] in said and told[name]["licence"] in said


def test_hair_that_is_not_worn_is_not_named() -> None:
    assert "hair" not in licences_of(["Face", "Body", "outfit-jeans-fabric"])


def test_every_permission_can_be_given_every_word_it_has_and_no_other() -> None:
    for name, words in permissions().items():
        for word in words:
            changed = with_permissions(AvatarMeta(), {name: word})
            assert getattr(changed, name) == {"yes": True, "no": False}.get(word, word)
        with pytest.raises(UsageError, match=name):
            with_permissions(AvatarMeta(), {name: "perhaps"})
    with pytest.raises(UsageError, match="modification"):
        with_permissions(AvatarMeta(), {"modificaton": "yes"})
    with pytest.raises(UsageError, match="one line"):
        with_permissions(AvatarMeta(), {"author": "two\nlines"})


def test_ones_own_avatar_may_be_mended_unless_its_author_forbids_it(tmp_path: Path) -> None:
    avatar, path = box_person(), tmp_path / "mine.vrm"
    avatar.save(path)
    assert convert(path, "vrm0").save(tmp_path / "old.vrm").passes
    avatar.licensed(modification="prohibited", author="Ada").save(path)
    with pytest.raises(UsageError, match="prohibited"):
        convert(path, "vrm0")
    assert read_document(path).extensions["VRMC_vrm"]["meta"]["authors"] == ["Ada"]


def test_the_option_is_checked_before_anything_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for wish, said in (("modification", "WHAT=VALUE"), ("redistribution=maybe", "yes or no"), ("worn=everyone", "worn_by")):
        words = ["build", str(tmp_path / "none.avatar.json"), "-o", str(tmp_path / "a.vrm"), "--licence", wish]
        assert main(words) == 2
        assert said in capsys.readouterr().err
