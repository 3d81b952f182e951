"""What a user asks of an avatar on the command line, checked before any photo is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from avatarkit.cli.sliders import slider_values
from avatarkit.errors import UsageError

if TYPE_CHECKING:
    from avatarkit.avatar.describe import Description
    from avatarkit.avatar.recipe import AvatarRecipe


@dataclass(frozen=True)
class Wishes:
    """Options of `create` that change a recipe; None leaves it as it is.

    Attributes:
        style: a preset.
        description: words about the person.
        settings: "slider=value".
        makeup: "item", "item=colour" or "item=colour:strength:finish".
        others: as the options of their names.
    """

    style: str | None = None
    description: str | None = None
    settings: Sequence[str] = field(default=())
    hair: str | None = None
    hair_color: str | None = None
    hair_roots: str | None = None
    beard: str | None = None
    outfit: str | None = None
    makeup: Sequence[str] = field(default=())
    name: str | None = None

    def start(self) -> AvatarRecipe:
        """Whom the wishes begin with where there is no photo.

        Raises:
            UsageError: no such style.
        """
        from avatarkit.avatar.style import DEFAULT_STYLE, default_recipe

        return default_recipe(self.style or DEFAULT_STYLE)

    def applied(self, recipe: AvatarRecipe) -> tuple[AvatarRecipe, Description | None]:
        """The recipe as wished, and what was understood of the description.

        Raises:
            UsageError: a name, number or colour that is none.
        """
        described = self._described(recipe)
        made = described.recipe if described else recipe
        made = made.with_sliders(slider_values(self.settings))
        made = made.with_hair(self.hair, self.hair_color, roots=self.hair_roots).with_beard(self.beard)
        made = made if self.outfit is None else made.with_outfit(_outfit(self.outfit))
        for wish in self.makeup:
            made = _with_makeup(made, wish)
        return (made if self.name is None else replace(made, name=self.name)), described

    def _described(self, recipe: AvatarRecipe) -> Description | None:
        if self.description is None:
            return None
        from avatarkit.avatar.describe import describe

        return describe(self.description, recipe)


def _outfit(text: str) -> str | list[str]:
    """An outfit's name, or pieces joined by "+"."""
    from avatarkit.avatar.wardrobe import outfits

    return text if text in outfits() or "+" not in text else [piece.strip() for piece in text.split("+")]


def _with_makeup(recipe: AvatarRecipe, wish: str) -> AvatarRecipe:
    item, _, rest = wish.partition("=")
    color, strength, finish = (*rest.split(":"), "", "")[:3]
    try:
        share = float(strength) if strength else None
    except ValueError:
        raise UsageError(
            f"--makeup {wish} is not ITEM=COLOR:STRENGTH:FINISH, for example lipstick=#a03040:0.8:gloss."
        ) from None
    return recipe.with_makeup(item.strip(), color or None, strength=share, finish=finish or None)
