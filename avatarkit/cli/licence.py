"""The option `--licence WHAT=VALUE` of `create` and `build`: what others may do with one's own avatar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from avatarkit.errors import UsageError

if TYPE_CHECKING:
    from avatarkit.avatar.avatar import Avatar

LicenceOption = Annotated[
    list[str] | None,
    typer.Option("--licence", metavar="WHAT=VALUE", help="As modification=prohibited or author=NAME; may be repeated."),
]


def check_licence(wishes: Sequence[str] | None) -> None:
    """Raise UsageError for what is no permission, before long work."""
    from avatarkit.avatar.avatar import AvatarMeta
    from avatarkit.avatar.licences import with_permissions

    with_permissions(AvatarMeta(), _pairs(wishes))


def licensed(avatar: Avatar, wishes: Sequence[str] | None) -> Avatar:
    """The avatar with the permissions that the options name."""
    return avatar.licensed(**_pairs(wishes)) if wishes else avatar


def _pairs(wishes: Sequence[str] | None) -> dict[str, str]:
    return dict(_pair(wish) for wish in wishes or ())


def _pair(wish: str) -> tuple[str, str]:
    name, found, value = wish.partition("=")
    if not found:
        raise UsageError(f"--licence {wish} is not WHAT=VALUE, for example modification=prohibited.")
    return name.strip().replace("-", "_"), value.strip()
