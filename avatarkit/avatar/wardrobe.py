"""What there is to choose from, and the names' checks."""

from __future__ import annotations

from collections.abc import Mapping

from avatarkit.avatar.recipe import AvatarRecipe, MakeupLayer
from avatarkit.errors import UsageError, unknown_name


def hair_styles() -> list[str]:
    """Names of all hair styles."""
    from avatarkit.avatar.hair import HAIR_STYLES

    return sorted(HAIR_STYLES)


def beard_styles() -> list[str]:
    """Names of all beards and moustaches, "none" among them."""
    from avatarkit.avatar.hair import BEARD_STYLES

    return ["none", *sorted(BEARD_STYLES)]


def brow_shapes() -> list[str]:
    """Names of all shapes of eyebrows."""
    from avatarkit.avatar.brows import BROW_SHAPES

    return sorted(BROW_SHAPES)


def lash_styles() -> list[str]:
    """Names of all styles of lashes."""
    from avatarkit.avatar.lashes import LASH_STYLES

    return sorted(LASH_STYLES)


def makeup_items() -> dict[str, tuple[str, ...]]:
    """What can be put on the skin -> the finishes it comes in, the usual one first."""
    from avatarkit.avatar.makeup import MAKEUP

    return {name: item.finishes for name, item in MAKEUP.items()}


def wardrobe_pieces() -> dict[str, dict[str, str]]:
    """Piece -> part of it -> the colour "#rrggbb" it is designed in, the main part first."""
    from avatarkit.avatar.outfit import PIECES

    return {name: dict(piece.colors) for name, piece in sorted(PIECES.items())}


def piece_slot(name: str) -> str:
    """Where a piece is worn, such as "top" or "shoes".

    Raises:
        UsageError: there is no such piece.
    """
    from avatarkit.avatar.outfit import PIECES

    if name not in PIECES:
        raise unknown_name("piece to wear", name, PIECES)
    return PIECES[name].slot


def outfits() -> dict[str, tuple[str, ...]]:
    """Outfit name -> the pieces it is made of."""
    from avatarkit.avatar.outfit import OUTFITS

    return {name: outfit.pieces for name, outfit in sorted(OUTFITS.items())}


def outfit_pieces(name: str) -> tuple[str, ...]:
    """The pieces of a named outfit.

    Raises:
        UsageError: there is no such outfit.
    """
    if name not in outfits():
        raise unknown_name("outfit", name, outfits())
    return outfits()[name]


def outfit_colors(name: str) -> dict[str, str]:
    """The colours of a named outfit: "piece" or "piece/part" -> "#rrggbb"; the rest is as designed.

    Raises:
        UsageError: there is no such outfit.
    """
    from avatarkit.avatar.outfit import OUTFITS

    outfit_pieces(name)
    return dict(OUTFITS[name].colors)


def designed_makeup(item: str) -> MakeupLayer:
    """One thing on the skin as it is when nobody asks for a colour.

    Raises:
        UsageError: there is no such item.
    """
    from avatarkit.avatar.makeup import MAKEUP

    if item not in MAKEUP:
        raise unknown_name("makeup", item, MAKEUP)
    designed = MAKEUP[item]
    return MakeupLayer(designed.color, designed.strength, designed.finishes[0])


def checked_recipe(recipe: AvatarRecipe) -> AvatarRecipe:
    """The recipe itself, if everything it names exists.

    Raises:
        UsageError: an unknown name, with the nearest ones; two pieces for one slot.
    """
    from avatarkit.avatar.style import load_style

    load_style(recipe.style)
    for kind, name, known in (
        ("hair style", recipe.hair.style, hair_styles()),
        ("beard", recipe.beard.style, beard_styles()),
        ("shape of brows", recipe.brows.shape, brow_shapes()),
        ("style of lashes", recipe.eyes.lashes, lash_styles()),
    ):
        if name not in known:
            raise unknown_name(kind, name, known)
    check_outfit(recipe.outfit.pieces, recipe.outfit.colors)
    _check_makeup(recipe.makeup)
    return recipe


def excludes(piece: str, other: str) -> bool:
    """Whether two pieces cannot be worn together."""
    return bool(_places(piece) & _places(other))


def _places(piece: str) -> set[str]:
    """Every slot that a piece takes: a dress takes those of a top and a bottom too."""
    from avatarkit.avatar.outfit import PIECES

    piece_slot(piece)
    return set(PIECES[piece].slots)


def check_outfit(pieces: tuple[str, ...], colors: Mapping[str, str]) -> None:
    """Raise UsageError unless the pieces exist, can be worn together, and have the parts that colours are for."""
    places = [_places(piece) for piece in pieces]
    for number, piece in enumerate(pieces):
        for other, taken in zip(pieces[:number], places, strict=False):
            if taken & places[number]:
                shared = ", ".join(sorted(taken & places[number]))
                raise UsageError(f"{other!r} and {piece!r} cannot be worn together: both are worn as {shared}.")
    known = wardrobe_pieces()
    targets = [target for piece in pieces for target in (piece, *(f"{piece}/{part}" for part in known[piece]))]
    for target in colors:
        if target not in targets:
            raise unknown_name("piece of what is worn", target, targets)


def _check_makeup(makeup: Mapping[str, MakeupLayer]) -> None:
    known = makeup_items()
    for item, layer in makeup.items():
        if item not in known:
            raise unknown_name("makeup", item, known)
        if layer.finish not in known[item]:
            raise unknown_name(f"finish of {item}", layer.finish, known[item])
