"""Drawn shading (MToon) as a pygfx material: one light makes the shade, its edge is sharp, colours come out as they are."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

import numpy as np

from avatarkit.render.color import to_srgb
from avatarkit.render.scene import Lighting, Toon
from avatarkit.render.tone import KNEE

_LIGHTING = """
{$ include 'pygfx.light_common.wgsl' $}

struct DrawnMaterial {
    lit: vec3<f32>,
    shade: vec3<f32>,
};

// Light above white is fitted into the picture afterwards; what is drawn here is to come out as it is.
fn undeveloped(color: vec3<f32>) -> vec3<f32> {
    let headroom = u_material.headroom;
    let slope = (headroom - KNEE) / (1.0 - KNEE);
    let above = clamp((color - KNEE) / (1.0 - KNEE), vec3<f32>(0.0), vec3<f32>(1.0));
    let expanded = KNEE + (headroom - KNEE) * above / (slope - (slope - 1.0) * above);
    return select(color, expanded, color > vec3<f32>(KNEE)) / headroom;
}

fn RE_Direct(
    light: IncidentLight,
    geometry: GeometricContext,
    material: DrawnMaterial,
    reflected_light: ptr<function, ReflectedLight>,
) {
    let key = u_material.toward;
    if (dot(light.direction, key.xyz) > 0.99999) {
        let width = max(1.0 - u_material.shading.y, 0.001);
        let lit = saturate((dot(geometry.normal, light.direction) + u_material.shading.x + width) / (2.0 * width));
        let arrives = smoothstep(0.3, 0.7, light.color.g / key.w);
        (*reflected_light).direct_diffuse += mix(material.shade, material.lit, lit * arrives);
    }
}

fn RE_IndirectDiffuse(
    irradiance: vec3<f32>,
    geometry: GeometricContext,
    material: DrawnMaterial,
    reflected_light: ptr<function, ReflectedLight>,
) {
    if (u_material.toward.w <= 0.0) {
        (*reflected_light).direct_diffuse = material.lit;
    }
    let edge = saturate(1.0 - dot(geometry.normal, geometry.view_dir) + u_material.shading.z);
    let rim = srgb2physical(u_material.rim.rgb) * pow(edge, max(u_material.rim.w, 0.001));
    let drawn = ((*reflected_light).direct_diffuse + rim) * u_material.level;
    (*reflected_light).direct_diffuse = undeveloped(drawn);
}
""".replace("KNEE", repr(KNEE))

_FRAGMENT = """
var material: DrawnMaterial;
material.lit = physical_albeido;
material.shade = srgb2physical(u_material.shade.rgb);
$$ if use_gradient_map is defined
material.shade *= srgb2physical(textureSample(t_gradient_map, s_gradient_map, varyings.texcoord).rgb);
$$ endif
$$ if use_vertex_color
material.shade *= varyings.color.rgb;
$$ endif
let line = u_material.line;
if (line.w >= 0.0) {
    material.lit = srgb2physical(line.rgb) * mix(vec3<f32>(1.0), material.lit, line.w);
    material.shade = srgb2physical(line.rgb) * mix(vec3<f32>(1.0), material.shade, line.w);
}
"""

_PARTS = {"{$ include 'pygfx.light_toon.wgsl' $}": _LIGHTING, "{$ include 'pygfx.light_toon_fragment.wgsl' $}": _FRAGMENT}


@cache
def toon_material_class(gfx: Any) -> Any:
    """The material's class, made once pygfx is there."""
    from pygfx.renderers.wgpu import register_wgpu_render_function
    from pygfx.renderers.wgpu.shaders.meshshader import MeshToonShader

    class DrawnMeshMaterial(gfx.MeshToonMaterial):  # type: ignore[misc]
        """pygfx's toon material with a shade of its own colour, a rim and an outline's colour."""

        uniform_type: ClassVar[dict[str, str]] = dict(
            gfx.MeshToonMaterial.uniform_type,
            shade="4xf4",
            rim="4xf4",
            line="4xf4",
            shading="4xf4",
            toward="4xf4",
            headroom="f4",
            level="f4",
        )

    @register_wgpu_render_function(gfx.Mesh, DrawnMeshMaterial)
    class DrawnMeshShader(MeshToonShader):  # type: ignore[misc]
        """pygfx's mesh shader with our lighting in place of its own."""

        def get_code(self) -> str:
            code = str(super().get_code())
            for theirs, ours in _PARTS.items():
                if theirs not in code:
                    raise RuntimeError("this version of pygfx shades otherwise: the drawn look needs pygfx 0.12 to 0.16")
                code = code.replace(theirs, ours)
            return code

    return DrawnMeshMaterial


def set_toon(drawable_material: Any, toon: Toon, *, outline: bool) -> None:
    """Write how a surface (or its outline) is drawn into a pygfx material."""
    line = toon.outline if outline else None
    rim = (0.0, 0.0, 0.0) if outline else toon.rim_color
    data = drawable_material.uniform_buffer.data
    data["shade"] = (*to_srgb(np.clip(toon.shade_color, 0.0, 1.0)), 1.0)
    data["rim"] = (*to_srgb(np.clip(rim, 0.0, 1.0)), toon.rim_power)
    data["line"] = (0.0, 0.0, 0.0, -1.0) if line is None else (*to_srgb(np.clip(line.color, 0.0, 1.0)), line.lighting_mix)
    data["shading"] = (toon.shift, toon.toony, toon.rim_lift, 0.0)
    drawable_material.uniform_buffer.update_full()


def light_toon(drawable_material: Any, lighting: Lighting, camera_to_world: np.ndarray) -> None:
    """Tell a pygfx material of ours which light makes the shade: the one that casts shadows, else the strongest.

    Args:
        lighting: of the picture, in the camera's axes.
        camera_to_world: (4, 4), +Y down and +Z ahead.
    """
    data = drawable_material.uniform_buffer.data
    key = max(lighting.lights, key=lambda light: (light.casts_shadow, light.intensity), default=None)
    if key is None:
        data["toward"] = (0.0, 0.0, 1.0, 0.0)
    else:
        toward = camera_to_world[:3, :3] @ (np.array(key.toward) * [1, -1, -1])
        strength = key.intensity * key.color[1] * np.pi / lighting.headroom
        data["toward"] = (*(toward / np.linalg.norm(toward)), strength)
    data["level"] = min(lighting.ambient + sum(light.intensity for light in lighting.lights), 1.0)
    data["headroom"] = lighting.headroom
    drawable_material.uniform_buffer.update_full()
