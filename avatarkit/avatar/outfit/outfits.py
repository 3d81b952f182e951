"""Outfits: pieces and colours that go well together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ensemble:
    """Things that are worn together.

    Attributes:
        pieces: names of pieces, at most one of a slot.
        colors: "piece" or "piece/part" -> colour, where it is not the one that the piece is designed in.
    """

    pieces: tuple[str, ...]
    colors: Mapping[str, str] = field(default_factory=dict)


OUTFITS: Mapping[str, Ensemble] = {
    "casual": Ensemble(("t-shirt", "jeans", "sneakers")),
    "weekend": Ensemble(
        ("checked-shirt", "jeans", "boots", "belt"), {"jeans": "#27324a", "boots": "#7a5230", "boots/sole": "#3a2a1d"}
    ),
    "smart": Ensemble(
        ("shirt", "cardigan", "chinos", "belt", "loafers"),
        {
            "shirt": "#cfdcea",
            "cardigan": "#2f3d57",
            "cardigan/ribs": "#2f3d57",
            "cardigan/buttons": "#191f2c",
            "belt": "#5b3a22",
        },
    ),
    "business": Ensemble(
        ("shirt", "tie", "blazer", "suit-trousers", "belt", "loafers"),
        {"loafers": "#1b1513", "loafers/sole": "#0f0c0b", "belt": "#1b1513", "belt/buckle": "#b9bcc2"},
    ),
    "office": Ensemble(
        ("blouse", "blazer", "slim-trousers", "heels"),
        {"blouse": "#f0e6da", "blazer": "#5a2f3a", "blazer/buttons": "#2c151b", "slim-trousers": "#23222a"},
    ),
    "sport": Ensemble(
        ("tank-top", "leggings", "socks", "sneakers", "headband"),
        {
            "tank-top": "#e2574c",
            "leggings": "#23262e",
            "sneakers": "#e8e9ec",
            "sneakers/sole": "#e2574c",
            "sneakers/laces": "#23262e",
            "headband": "#e2574c",
        },
    ),
    "jogging": Ensemble(
        ("hoodie", "sweatpants", "sneakers"),
        {
            "hoodie": "#7f8b93",
            "hoodie/ribs": "#7f8b93",
            "sweatpants": "#34393f",
            "sweatpants/ribs": "#34393f",
            "sneakers": "#c9cdd2",
        },
    ),
    "street": Ensemble(
        ("t-shirt", "bomber-jacket", "cargo-trousers", "sneakers", "cap"),
        {
            "t-shirt": "#e9e7e1",
            "bomber-jacket": "#1f2226",
            "bomber-jacket/ribs": "#15171a",
            "cargo-trousers": "#6b6a52",
            "sneakers": "#e9e7e1",
            "sneakers/laces": "#26262a",
            "cap": "#c2452d",
            "cap/visor": "#1f2226",
        },
    ),
    "rock": Ensemble(
        ("t-shirt", "leather-jacket", "slim-trousers", "boots", "belt"),
        {"t-shirt": "#8d8a86", "slim-trousers": "#17171b", "boots": "#1a1817", "boots/sole": "#0f0e0e", "belt": "#141213"},
    ),
    "winter": Ensemble(
        ("turtleneck", "coat", "jeans", "checked-scarf", "gloves", "boots", "beanie"),
        {
            "turtleneck": "#e7dfd0",
            "coat": "#3d4a5c",
            "coat/buttons": "#1b222c",
            "checked-scarf": "#a8443a",
            "checked-scarf/print": "#2b2f3a",
            "beanie": "#a8443a",
            "beanie/cuff": "#a8443a",
        },
    ),
    "snow": Ensemble(
        ("sweater", "puffer-jacket", "sweatpants", "gloves", "boots", "bobble-hat"),
        {
            "puffer-jacket": "#2f6f8f",
            "sweatpants": "#2b2f36",
            "sweatpants/ribs": "#2b2f36",
            "boots": "#4a3b30",
            "bobble-hat": "#e9e4d8",
            "bobble-hat/cuff": "#2f6f8f",
        },
    ),
    "summer": Ensemble(
        ("summer-dress", "sandals", "sun-hat"),
        {"summer-dress": "#f4ead2", "summer-dress/print": "#c8503c", "sun-hat/ribbon": "#c8503c"},
    ),
    "beach": Ensemble(
        ("striped-t-shirt", "shorts", "sandals", "sunglasses"), {"striped-t-shirt/print": "#2c6e8f", "shorts": "#e6d9bd"}
    ),
    "party": Ensemble(
        ("shirt-dress", "heels", "hoops"),
        {"shirt-dress": "#1e6b5c", "shirt-dress/belt": "#1a1718", "shirt-dress/buttons": "#d6b25a"},
    ),
    "evening-gown": Ensemble(("evening-gown", "long-gloves", "heels", "drop-earrings"), {"long-gloves": "#1d1618"}),
    "gala": Ensemble(
        ("shirt", "tie", "vest", "suit-trousers", "loafers", "top-hat"),
        {
            "vest": "#6b1f2e",
            "vest/buttons": "#d6b25a",
            "tie": "#e9e4d8",
            "suit-trousers": "#17181c",
            "loafers": "#141214",
            "loafers/sole": "#0c0b0c",
        },
    ),
    "school": Ensemble(
        ("shirt", "striped-tie", "vest", "pleated-skirt", "knee-socks", "loafers"),
        {"vest": "#2b3350", "vest/buttons": "#c9a961", "striped-tie": "#7a1f2b", "pleated-skirt": "#3d4661"},
    ),
    "school-trousers": Ensemble(
        ("shirt", "striped-tie", "blazer", "suit-trousers", "loafers"),
        {"blazer": "#2b3350", "blazer/buttons": "#c9a961", "striped-tie": "#7a1f2b", "suit-trousers": "#5a5f68"},
    ),
    "fantasy-cape": Ensemble(
        ("long-sleeve", "cape", "wide-belt", "leggings", "high-boots", "gloves"),
        {"long-sleeve": "#4f6b53", "cape": "#2a3f34", "leggings": "#3a3028", "high-boots": "#4a3222", "gloves": "#4a3222"},
    ),
    "royal": Ensemble(("ball-gown", "crown", "flats", "long-gloves", "drop-earrings"), {"flats": "#e3c77a"}),
    "explorer": Ensemble(
        ("checked-shirt", "cargo-trousers", "belt", "boots", "fedora", "scarf"),
        {
            "checked-shirt": "#b59a6b",
            "checked-shirt/print": "#8c734a",
            "cargo-trousers": "#6b5c43",
            "boots": "#5a3d27",
            "fedora": "#6b4d33",
            "scarf": "#9a3b2c",
        },
    ),
    "stage": Ensemble(
        ("crop-top", "leather-jacket", "mini-skirt", "high-boots", "large-hoops"),
        {"crop-top": "#f2c230", "leather-jacket": "#b3235f", "mini-skirt": "#1d1b24", "high-boots": "#1d1b24"},
    ),
    "cyber": Ensemble(
        ("turtleneck", "bomber-jacket", "leggings", "high-boots", "gloves", "sunglasses"),
        {
            "turtleneck": "#15181d",
            "bomber-jacket": "#22d3c5",
            "bomber-jacket/ribs": "#15181d",
            "bomber-jacket/zip": "#ff3d81",
            "leggings": "#1b1f27",
            "high-boots": "#15181d",
            "high-boots/sole": "#22d3c5",
            "gloves": "#15181d",
        },
    ),
}
"""Outfit name -> what is worn."""
