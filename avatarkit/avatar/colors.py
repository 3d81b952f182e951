"""Colours as people write them: any CSS notation comes in, "#rrggbb" is what recipes hold."""

from __future__ import annotations

from PIL import ImageColor

from avatarkit.errors import UsageError, near_names

_MAX_LENGTH = 40  # of the longest sensible notation; what is longer is not read


def parse_color(text: str) -> tuple[float, float, float]:
    """sRGB 0..1 of a CSS colour: "#rrggbb", "#rgb", "rgb(122, 59, 30)", "hsl(19, 61%, 30%)" or a name such as
    "sienna".

    Raises:
        UsageError: no colour, or one that is partly see-through.
    """
    if not isinstance(text, str) or len(text) > _MAX_LENGTH:
        raise _no_color(text)
    try:
        parsed = ImageColor.getrgb(text.strip())
    except ValueError:
        raise _no_color(text) from None
    if len(parsed) != 3:
        raise UsageError(f"The colour {text!r} has an alpha; an opaque one is needed, as in '#7a3b1e'.")
    red, green, blue = (value / 255 for value in parsed[:3])
    return red, green, blue


def hex_color(text: str) -> str:
    """ "#rrggbb", small letters, of a CSS colour.

    Raises:
        UsageError: as `parse_color`.
    """
    return "#" + "".join(f"{round(255 * value):02x}" for value in parse_color(text))


def _no_color(text: object) -> UsageError:
    near = near_names(str(text).lower(), ImageColor.colormap)
    hint = f" Did you mean {near}?" if near else ""
    return UsageError(
        f"A colour is written '#rrggbb', as in '#7a3b1e', or in another CSS notation, not {str(text)[:60]!r}.{hint}"
    )
