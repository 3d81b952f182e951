"""Each visit stands alone, and goes with its visitor."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from avatarkit.app.making import current
from avatarkit.app.moving import remembered
from avatarkit.app.visits import GRACE_S, NEVER_SEEN_S, Visits
from avatarkit.avatar.style import default_recipe
from avatarkit.errors import UsageError
from tests.motion.simulated import standing


@pytest.fixture
def visits(tmp_path: Path) -> Visits:
    return Visits(tmp_path / "visits", most=3)


def test_what_one_visitor_changes_the_other_does_not_see(visits: Visits) -> None:
    one, other = visits.begin(), visits.begin()
    before = current(other)
    one.become(default_recipe("anime"))
    (one.folder / "photo").write_bytes(b"mine")
    assert current(other) == before
    assert one.token != other.token
    assert list(other.folder.iterdir()) == []
    assert visits.get(one.token) is one and visits.get(other.token) is other


def test_a_dance_is_there_again_after_a_reload(visits: Visits) -> None:
    visit = visits.begin()
    assert remembered(visit) == {}
    visit.motion = standing(np.arange(4) / 30)
    dance = remembered(visit)["dance"]
    assert dance["frames"] == 4
    assert visit.file(dance["url"].rpartition("/")[2]).is_file()


def test_the_folder_vanishes_when_the_last_page_has_been_closed_long_enough(visits: Visits) -> None:
    visit = visits.begin()
    (visit.folder / "avatar.vrm").write_bytes(b"x")
    with visits.page(visit.token), visits.page(visit.token):
        visits.sweep(time.monotonic() + 10 * GRACE_S)
        assert visit.folder.is_dir(), "the page is open"
    visits.sweep(time.monotonic() + GRACE_S / 2)
    assert visit.folder.is_dir(), "a reload takes less than the grace"
    visits.sweep(time.monotonic() + GRACE_S + 1)
    assert not visit.folder.exists()
    with pytest.raises(UsageError, match="over"):
        visits.get(visit.token)


def test_a_visit_that_no_page_ever_joined_ends_too(visits: Visits) -> None:
    visit = visits.begin()
    visits.sweep(time.monotonic() + NEVER_SEEN_S - 5)
    assert visit.folder.is_dir()
    visits.sweep(time.monotonic() + NEVER_SEEN_S + 5)
    assert not visit.folder.exists()


def test_forgetting_removes_the_files_and_the_avatar_at_once(visits: Visits) -> None:
    visit = visits.begin()
    visit.become(default_recipe("anime"))
    (visit.folder / "dance.vrma").write_bytes(b"x")
    visits.forget(visit.token)
    assert not visit.folder.exists()
    assert visit.recipe is None and visit.cancelled.is_set()
    assert len(visits) == 0


def test_only_so_many_are_let_in(visits: Visits) -> None:
    for _ in range(3):
        visits.begin()
    with pytest.raises(UsageError, match="Too many people"):
        visits.begin()


@pytest.mark.parametrize("name", ["../other/photo", "..", ".hidden", "a/b", "/etc/passwd"])
def test_no_name_leads_out_of_the_folder(visits: Visits, name: str) -> None:
    with pytest.raises(UsageError):
        visits.begin().file(name)


@pytest.mark.parametrize("token", [None, 3, "", "nobody", {"a": 1}])
def test_a_name_that_is_nobodys_is_no_visit(visits: Visits, token: object) -> None:
    with pytest.raises(UsageError):
        visits.get(token)


def test_undoing_goes_back_step_by_step(visits: Visits) -> None:
    visit = visits.begin()
    first, second = default_recipe("anime"), default_recipe("human")
    visit.become(first)
    visit.become(second)
    visit.become(second)
    assert visit.earlier == [first]
