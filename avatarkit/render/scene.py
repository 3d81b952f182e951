"""What is drawn, as plain data: meshes in world space, light, background."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from avatarkit.geometry.arrays import checked_array

Shading = Literal["lit", "unlit"]
Wrap = Literal["repeat", "clamp"]
OutlineUnit = Literal["world", "screen"]
AlphaMode = Literal["OPAQUE", "MASK", "BLEND"]
Background = tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True)
class Outline:
    """The line drawn around a surface.

    Attributes:
        width: metres ("world") or shares of half the picture's height ("screen").
        unit: of the width.
        color: linear RGB.
        lighting_mix: 0..1, how much of the line's colour follows the surface's.
        width_texture: (H, W, 3 or 4) uint8 linear pixels whose green multiplies the width, or None.
    """

    width: float
    unit: OutlineUnit = "world"
    color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    lighting_mix: float = 0.0
    width_texture: np.ndarray | None = None


@dataclass(frozen=True)
class Toon:
    """Drawn shading: lit colour and shade with an edge between them, as VRM's MToon 1.0 has it.

    Attributes:
        shade_color: linear RGB; multiplies `shade_texture` ((H, W, 3 or 4) uint8 sRGB pixels or None).
        shift, toony: where the edge of the shade is, -1..1, and how sharp, 0..1.
        rim_color, rim_power, rim_lift: light along the outline, linear RGB.
        outline: the line around the surface, or None.
    """

    shade_color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    shade_texture: np.ndarray | None = None
    shift: float = 0.0
    toony: float = 0.9
    rim_color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rim_power: float = 5.0
    rim_lift: float = 0.0
    outline: Outline | None = None


@dataclass(frozen=True)
class RenderMaterial:
    """How a surface looks.

    Attributes:
        base_color: linear RGBA factor, 0..1; multiplies the texture.
        texture: (H, W, 3 or 4) uint8 sRGB pixels or None. Share one array between materials to upload it once.
        normal_texture: (H, W, 3 or 4) uint8 tangent-space normals (glTF's +Y up convention) or None; `normal_scale` strong.
        roughness, metallic: factors, 0..1.
        roughness_texture: (H, W, 3 or 4) uint8 linear pixels, roughness in green, metal in blue (glTF's packing), or None.
        occlusion_texture: (H, W, 3 or 4) uint8 linear pixels, in red how much of the light from everywhere arrives, or None.
        specular: 0..1, how strong reflections are.
        clearcoat, clearcoat_roughness: 0..1, a layer of clear varnish.
        emissive: linear RGB that the surface gives off by itself; multiplies `emissive_texture` (sRGB pixels or None).
        alpha_mode: glTF's OPAQUE, MASK (with `alpha_cutoff`) or BLEND.
        double_sided: drawn from behind too.
        wrap: beyond a picture's edges along u and v, it is repeated or its edge goes on.
        shading: "lit" is physically based, "unlit" is flat colour.
        toon: drawn shading in place of a physically based one, or None.
        casts_shadow: whether it stands in the light's way; the room around a figure does not. Only opaque surfaces do.
    """

    base_color: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    texture: np.ndarray | None = None
    normal_texture: np.ndarray | None = None
    roughness: float = 0.8
    metallic: float = 0.0
    roughness_texture: np.ndarray | None = None
    occlusion_texture: np.ndarray | None = None
    normal_scale: float = 1.0
    specular: float = 1.0
    clearcoat: float = 0.0
    clearcoat_roughness: float = 0.0
    emissive: tuple[float, float, float] = (0.0, 0.0, 0.0)
    emissive_texture: np.ndarray | None = None
    alpha_mode: AlphaMode = "OPAQUE"
    alpha_cutoff: float = 0.5
    double_sided: bool = False
    wrap: tuple[Wrap, Wrap] = ("repeat", "repeat")
    shading: Shading = "lit"
    toon: Toon | None = None
    casts_shadow: bool = True

    @property
    def blocks_light(self) -> bool:
        """Whether it throws a shadow: pygfx's know no alpha, a lash would darken the eye as the rectangle it is drawn on."""
        return self.casts_shadow and self.alpha_mode == "OPAQUE"


@dataclass(frozen=True)
class RenderMesh:
    """Triangles in world space with one material.

    Attributes:
        positions, normals: (V, 3), metres and unit vectors, +Y up.
        triangles: (T, 3) indices, counter-clockwise from outside.
        uvs: (V, 2), origin top left, or None.
        colors: (V, 3 or 4) linear vertex colours that multiply the material's, or None.
        material: how the surface looks.
    """

    positions: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    uvs: np.ndarray | None = None
    colors: np.ndarray | None = None
    material: RenderMaterial = field(default_factory=RenderMaterial)

    def __post_init__(self) -> None:
        count = len(self.positions)
        for name in ("positions", "normals"):
            object.__setattr__(self, name, checked_array(name, getattr(self, name), (count, 3)))
        object.__setattr__(self, "triangles", checked_array("triangles", self.triangles, (None, 3), np.uint32))
        if len(self.triangles) and self.triangles.max() >= count:
            raise ValueError("a triangle points past the last vertex")
        if self.uvs is not None:
            object.__setattr__(self, "uvs", checked_array("uvs", self.uvs, (count, 2)))
        if self.colors is not None:
            object.__setattr__(self, "colors", checked_array("colors", self.colors, (count, None)))

    def moved(self, positions: np.ndarray, normals: np.ndarray) -> RenderMesh:
        """The mesh with its vertices (V, 3) elsewhere. All else is shared, and a renderer does not upload it again."""
        other = copy(self)
        for name, values in (("positions", positions), ("normals", normals)):
            object.__setattr__(other, name, checked_array(name, values, self.positions.shape))
        return other


@dataclass(frozen=True)
class Light:
    """Light from far away.

    Attributes:
        toward: (3,) direction from the scene to the light, in the camera's axes (+X right, +Y up, +Z toward the camera), so
            that a face is lit alike from every side it is looked at; any length.
        intensity: how bright a white matt surface that faces the light becomes, linear: 1.0 is white.
        color: linear RGB, 0..1.
        casts_shadow: whether it draws shadows: each that does costs a look at the scene. Drawn surfaces heed the strongest.
    """

    toward: tuple[float, float, float]
    intensity: float
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    casts_shadow: bool = False


@dataclass(frozen=True)
class Lamp:
    """A bright rectangle that glossy surfaces mirror.

    Attributes:
        toward: as a light's.
        width, height: at distance 1.
        brightness: linear; 1.0 is white paper.
    """

    toward: tuple[float, float, float]
    width: float
    height: float
    brightness: float


@dataclass(frozen=True)
class Reflections:
    """What surfaces mirror, and what little light comes from it: the room's brightness above and below, and its lamps."""

    above: float
    below: float
    lamps: tuple[Lamp, ...] = ()


@dataclass(frozen=True)
class Lighting:
    """All light in a picture: what comes from everywhere, and the lights.

    Attributes:
        ambient: how bright a white matt surface is without any light, linear.
        lights: the lights.
        headroom: brightness that is drawn as white, 1.0 or more; above 1.0 bright tones are compressed as film does, below
            0.7 of white nothing changes.
        reflections: what glossy surfaces mirror beside the lights, or None.
    """

    ambient: float
    lights: tuple[Light, ...]
    headroom: float = 1.0
    reflections: Reflections | None = None


_KEY_COLOR = (1.0, 0.97, 0.94)
PORTRAIT_LIGHT = Lighting(
    ambient=0.07,
    lights=(
        Light((-0.75, 0.55, 0.80), 0.14, _KEY_COLOR, casts_shadow=True),
        Light((-0.665, 0.615, 0.81), 0.10, _KEY_COLOR, casts_shadow=True),
        Light((-0.825, 0.475, 0.79), 0.10, _KEY_COLOR, casts_shadow=True),
        Light((-0.58, 0.68, 0.82), 0.07, _KEY_COLOR, casts_shadow=True),
        Light((-0.90, 0.40, 0.78), 0.07, _KEY_COLOR, casts_shadow=True),
        Light((-0.70, 0.50, 0.85), 0.10, _KEY_COLOR),
        Light((-0.05, 0.30, 0.95), 0.12, (1.0, 0.95, 0.91)),
        Light((0.85, -0.05, 0.55), 0.19, (1.0, 0.93, 0.89)),
        Light((0.80, 0.50, -1.00), 0.70, (0.84, 0.93, 1.0)),
        Light((-0.85, 0.35, -1.00), 0.40, (0.88, 0.95, 1.0)),
    ),
    headroom=1.6,
    reflections=Reflections(
        above=0.13,
        below=0.07,
        lamps=(Lamp((-0.42, 0.42, 0.85), 0.46, 0.58, 11.0), Lamp((0.95, 0.15, 0.45), 0.14, 0.8, 3.0)),
    ),
)
"""A warm key from the upper left, of several lights as a window is broad, so that shadows are soft; a veil of light from the
front, a warm fill from the right as skin throws it back, cool rims from behind. The mix is ours, judged by eye on faces; the
middle of a ball comes out at its own colour on average, the side turned from the key a good half as bright."""

EVEN_LIGHT = Lighting(ambient=1.0, lights=())
"""From everywhere alike: colours as they are, no shape."""

NEUTRAL_BACKGROUND: Background = ((0.86, 0.865, 0.875), (0.60, 0.615, 0.635))
"""Grey, sRGB, top and bottom: darker than light skin, lighter than dark hair."""
