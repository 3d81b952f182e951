"""Everything that the page says, it says in each of its languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import avatarkit
from avatarkit import errors
from avatarkit.app.cards import CARDS, card_pictures
from avatarkit.app.choices import choices
from avatarkit.app.texts import problem_text, texts, verdict_text
from avatarkit.data_files import asset_path
from avatarkit.errors import unknown_name
from avatarkit.export.hindrances import HINDRANCES
from avatarkit.export.platform_check import _FIXES, RULE_FIXES, RULES, STATISTICS

PACKAGE = Path(avatarkit.__file__).parent

ON_THE_WAY = (
    "app/limits.py", "app/making.py", "app/moving.py", "app/routes.py", "app/edits.py", "app/library.py", "app/shelf.py",
    "app/visits.py", "app/watching.py", "media/read_photo.py", "media/read_video.py", "motion/person.py", "avatar/describe.py",
    "avatar/colors.py",
)  # fmt: skip
"""What a visitor's photo, video and wishes pass through."""

NEVER_SAID = ("The highest frame rate",)
"""The page asks for no frame rate."""

OURS = [name for name in vars(errors) if name.endswith("Error")]


def sentences(module: str) -> Iterator[str]:
    """The texts of a module's errors, "7" where something differs."""
    for node in ast.walk(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) in OURS:
            said = node.exc.args[0]
            for one in (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,):
                parts = one.values if isinstance(one, ast.JoinedStr) else [one]
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)
                if isinstance(one, ast.JoinedStr | ast.Constant) and not text.startswith(NEVER_SAID):
                    yield text


def untold(problem: str) -> bool:
    """Whether the page can only say it in English."""
    return problem_text(problem, "zh") == texts("zh")["in_english"].format(problem=problem)


@pytest.mark.parametrize("module", ON_THE_WAY)
def test_what_can_go_wrong_on_the_page_is_said_in_chinese(module: str) -> None:
    found = list(sentences(module))
    assert found
    assert [sentence for sentence in found if untold(sentence)] == []


def test_what_differs_is_kept_and_uploads_are_called_by_their_names() -> None:
    assert problem_text("your photo is 40x30 pixels; a photo needs at least 64 on each side.", "zh") == (
        "您的照片为 40x30 像素；照片每边至少需要 64 像素。"
    )
    assert "'anmie'" in problem_text(str(unknown_name("style", "anmie", ["anime"])), "zh")
    assert problem_text("the light of {braces} went out", "zh") == "无法完成，详情（英文）：the light of {braces} went out"
    assert problem_text("your photo is empty.", "en") == "Your photo is empty."


def test_every_note_about_a_photo_is_in_chinese() -> None:
    source = ast.parse((PACKAGE / "face_fit/fit.py").read_text(encoding="utf-8"))
    (notes,) = (node for node in ast.walk(source) if isinstance(node, ast.FunctionDef) and node.name == "_notes")
    (doubts,) = (node for node in ast.walk(notes) if isinstance(node, ast.Dict))
    for key in doubts.keys:
        parts = key.values if isinstance(key, ast.JoinedStr) else [key]
        text = "".join(str(getattr(part, "value", "7")) if isinstance(part, ast.Constant) else "7" for part in parts)
        assert not untold(text.replace("face7", "faces")), text


def test_what_a_check_of_a_file_says_is_in_chinese() -> None:
    hindrances = (text for one in HINDRANCES for text in one)
    said = [*STATISTICS.values(), *RULES.values(), *RULE_FIXES.values(), *_FIXES.values(), *hindrances]
    assert [text for text in said if verdict_text(text, "zh") == text] == []
    assert verdict_text("triangles", "en") == "triangles"


def test_every_card_of_the_page_has_a_picture_and_all_are_small() -> None:
    given = choices("en")
    named = {f"styles/{style['name']}" for style in given["styles"]}
    named |= {f"{kind}/{one['name']}" for kind in ("hair", "outfits") for one in given[kind]}
    named |= {f"pieces/{piece['name']}" for slot in given["slots"] for piece in slot["pieces"]}
    assert set(card_pictures()) == named, "draw them: assets/scripts/draw_cards.py"
    assert asset_path(CARDS).stat().st_size < 1024**2
    assert all(picture[8:12] == b"WEBP" for picture in card_pictures().values())


def test_no_chinese_name_says_a_character_twice_in_a_row() -> None:
    labels = [slider["label"] for group in choices("zh")["sliders"] for slider in group["sliders"]]
    assert len(labels) > 100
    assert [label for label in labels if re.search(r"(.)\1", label)] == []
