"""Who is on the page: each visit has a secret name, a folder and an avatar of its own, and all of it goes with the visitor."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.errors import UsageError
from avatarkit.motion.human_motion import HumanMotion

GRACE_S = 90.0
"""How long a visit outlives its last page: a reload or a short loss of connection ends nothing."""

NEVER_SEEN_S = 300.0
"""How long a visit lives to which no page ever connected."""

MOST_STEPS_BACK = 30

_TOKEN_BYTES = 24


@dataclass
class Visit:
    """One visitor's own things.

    Attributes:
        token: secret; whoever knows it is the visitor.
        folder: files of this visit, and of no other.
        lock: held while the avatar changes.
        recipe: the avatar; None before there is one.
        shown: the recipe of the file that the page shows; None before there is one.
        molding: group of sliders -> what its sliders do to the file that the page shows.
        earlier: what it was before, newest last.
        report: what the photo showed; None without a photo.
        motion: the last video's.
        saved_id: its entry in the library.
        revision: rises with every file that is shown.
        cancelled: set when the video's work is not wanted any more.
    """

    token: str
    folder: Path
    lock: threading.RLock = field(default_factory=threading.RLock)
    recipe: AvatarRecipe | None = None
    shown: AvatarRecipe | None = None
    molding: dict[str, bytes] = field(default_factory=dict)
    earlier: list[AvatarRecipe] = field(default_factory=list)
    report: dict[str, Any] | None = None
    motion: HumanMotion | None = None
    saved_id: str | None = None
    revision: int = 0
    cancelled: threading.Event = field(default_factory=threading.Event)
    pages: int = 0
    left_s: float = 0.0

    def become(self, recipe: AvatarRecipe) -> None:
        """Take another recipe, and remember the one before."""
        if self.recipe is not None and self.recipe != recipe:
            self.earlier = [*self.earlier[1 - MOST_STEPS_BACK :], self.recipe]
        self.recipe = recipe

    def file(self, name: str) -> Path:
        """A file of this visit. Raises UsageError for a name that leads anywhere else."""
        path = self.folder / name
        if path.parent != self.folder or name.startswith("."):
            raise UsageError("There is no such file.")
        return path

    def upload(self, kind: str) -> Path:
        """Where what the page sends is kept: a photo, a video, a picture. Problems call the file by its name."""
        return self.folder / f"your {kind}"

    def next_file(self, stem: str, suffix: str) -> Path:
        """A new name for what is shown; the ones before are removed."""
        self.revision += 1
        for old in self.folder.glob(f"{stem}-*{suffix}"):
            old.unlink(missing_ok=True)
        return self.folder / f"{stem}-{self.revision}{suffix}"


class Visits:
    """All visits there are."""

    def __init__(self, folder: Path, most: int, grace_s: float = GRACE_S) -> None:
        self._folder, self._most, self._grace_s = folder, most, grace_s
        self._visits: dict[str, Visit] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._visits)

    def __contains__(self, token: object) -> bool:
        return token in self._visits

    def begin(self) -> Visit:
        """A new visit. Raises UsageError when there are too many."""
        self.sweep()
        with self._lock:
            if len(self._visits) >= self._most:
                raise UsageError("Too many people are here just now. Try again in a few minutes.")
            token = secrets.token_urlsafe(_TOKEN_BYTES)
            folder = self._folder / token
            folder.mkdir(parents=True, mode=0o700)
            visit = Visit(token, folder, left_s=time.monotonic() + NEVER_SEEN_S - self._grace_s)
            self._visits[token] = visit
            return visit

    def get(self, token: object) -> Visit:
        """The visit of that name. Raises UsageError when it is over or never was."""
        visit = self._visits.get(token) if isinstance(token, str) else None
        if visit is None:
            raise UsageError("This visit is over, and its files are gone. Reload the page to begin a new one.")
        return visit

    @contextmanager
    def page(self, token: object) -> Iterator[Visit]:
        """While inside, a page of the visitor is open."""
        visit = self.get(token)
        with self._lock:
            visit.pages += 1
        try:
            yield visit
        finally:
            with self._lock:
                visit.pages -= 1
                visit.left_s = time.monotonic()

    def forget(self, token: object) -> None:
        """End a visit now, with all its files."""
        with self._lock:
            visit = self._visits.pop(token, None) if isinstance(token, str) else None
        if visit is not None:
            visit.cancelled.set()
            visit.recipe = visit.shown = visit.motion = visit.report = None
            visit.earlier, visit.molding = [], {}
            shutil.rmtree(visit.folder, ignore_errors=True)

    def sweep(self, now: float | None = None) -> None:
        """End the visits whose last page closed long enough ago."""
        now = time.monotonic() if now is None else now
        gone = [v.token for v in list(self._visits.values()) if not v.pages and now - v.left_s > self._grace_s]
        for token in gone:
            self.forget(token)

    def end_all(self) -> None:
        """End every visit."""
        for token in list(self._visits):
            self.forget(token)
