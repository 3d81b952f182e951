"""How a family of styles makes surfaces."""

from __future__ import annotations

from dataclasses import dataclass, fields

from avatarkit.avatar.recipe import check_share
from avatarkit.errors import unknown_name

SHADINGS = ("physical", "drawn")
EYE_KINDS = ("natural", "lifelike", "clean", "painted")
HAIR_KINDS = ("strands", "solid")


@dataclass(frozen=True)
class Look:
    """How surfaces are made and shine; shares are 0..1.

    Attributes:
        skin_roughness, eye_roughness, mouth_roughness: 0 is a mirror, 1 matt.
        skin_specular: how strong the skin's reflections are.
        skin_variation: how strongly skin is redder and darker in places.
        skin_grain: how strong pores and mottling are in its colour.
        skin_life: how strong zones of blood and pigment, freckles and moles are.
        photo: how much of a person's photo is laid over the skin; at 0 only its colours are used.
        photo_evening: how far what is left of the photo's light is taken back.
        photo_smoothing: how much of its pores and noise is taken away.
        photo_lifting: how far its folds, flush and small shadows are brought to the tone.
        relief: how deep pores, fine lines and a photo's own creases are.
        ageing: how deep and dark the lines of age are.
        scatter: how much hollows are darker and thin flesh is redder, warm as light is that has been through skin.
        gloss: how much the shine differs from place to place: oily forehead and nose, wet lips and lids.
        lips: how much of the lips' colour shows.
        lip_red: how far lips are red all over, whatever the skin.
        blush: how strong the cheeks' painted blush is.
        lids: how much warmer and darker the skin of the lids is, from the lashes to over the crease.
        lines: how strong painted lines are: of the lids, between the lips, under the nose.
        neck_shade: how far the neck's front is turned away from the light, as if the chin stood in its way.
        rounding: how far a face is lit as the ball it roughly is, without its hollows.
        brow_paint: how far brows are one painted shape instead of single hairs.
        cornea: how strong the clear layer over the eyes mirrors.
        catch_light: how strong a painted light in natural eyes is.
        eyes: how irises are made, one of `EYE_KINDS`.
        lashes: how lashes are made, likewise.
        hair: how locks are made, one of `HAIR_KINDS`.
        hair_fineness: of strands: how many of twice as many slimmer ribbons there are.
        hair_calm: how much of the difference between single hairs is taken away.
        shading: one of `SHADINGS`: "drawn" is MToon's two tones and outlines.
        outline_width: of the drawn line, metres; 0 has none.
    """

    skin_roughness: float
    eye_roughness: float
    mouth_roughness: float
    skin_variation: float
    skin_grain: float
    skin_specular: float = 1.0
    photo: float = 1.0
    photo_evening: float = 0.0
    photo_smoothing: float = 0.0
    photo_lifting: float = 0.0
    skin_life: float = 0.0
    relief: float = 0.0
    ageing: float = 0.0
    scatter: float = 0.0
    gloss: float = 0.0
    lips: float = 1.0
    lip_red: float = 0.0
    blush: float = 0.0
    lids: float = 0.0
    lines: float = 0.0
    neck_shade: float = 0.0
    rounding: float = 0.0
    brow_paint: float = 0.0
    cornea: float = 0.0
    catch_light: float = 0.0
    hair_fineness: float = 0.0
    hair_calm: float = 0.0
    eyes: str = "natural"
    lashes: str = "natural"
    hair: str = "strands"
    shading: str = "physical"
    outline_width: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.type == "float":
                check_share(field.name, getattr(self, field.name))
        for name, chosen, known in (
            ("shading", self.shading, SHADINGS),
            ("kind of eyes", self.eyes, EYE_KINDS),
            ("kind of lashes", self.lashes, EYE_KINDS),
            ("kind of hair", self.hair, HAIR_KINDS),
        ):
            if chosen not in known:
                raise unknown_name(name, chosen, known)
