"""How a family of styles makes surfaces."""

from __future__ import annotations

from dataclasses import dataclass, fields

from avatarkit.avatar.recipe import check_share


@dataclass(frozen=True)
class Look:
    """How surfaces shine, 0 (mirror) to 1 (matt), and how strong the generated skin's own pattern is, 0 to 1.

    Attributes:
        shading: "physical", or "drawn": MToon's two tones and outlines.
        outline_width: of the drawn line, metres; 0 has none.
    """

    skin_roughness: float
    eye_roughness: float
    mouth_roughness: float
    skin_variation: float
    skin_grain: float
    shading: str = "physical"
    outline_width: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.type == "float":
                check_share(field.name, getattr(self, field.name))
