// What a sketch's triangles are painted with, where each pixel costs the processor time.
import { LinearMipmapNearestFilter, ShaderMaterial, Texture } from "three";
import type { MeshStandardMaterial } from "three";

const PICTURE_PX = 512; // sharper than what moves is drawn
const ROUGHNESS_PX = 128;

/** Of each vertex, by its place in the picture. */
export async function roughnessAt(places: Float32Array, { roughness, roughnessMap }: MeshStandardMaterial): Promise<Float32Array> {
  const all = new Float32Array(places.length / 2).fill(roughness);
  const pixels = roughnessMap && (await pixelsOf(roughnessMap));
  if (!pixels) return all;
  const pixel = (place: number) => Math.min(Math.floor((place - Math.floor(place)) * ROUGHNESS_PX), ROUGHNESS_PX - 1);
  return all.map((value, k) => (value * pixels[4 * (ROUGHNESS_PX * pixel(places[2 * k + 1]!) + pixel(places[2 * k]!)) + 1]!) / 255);
}

async function pixelsOf(picture: Texture): Promise<Uint8ClampedArray | null> {
  const small = await shrunk(picture, ROUGHNESS_PX, ROUGHNESS_PX);
  const context = document.createElement("canvas").getContext("2d");
  if (!small || !context) return null;
  [context.canvas.width, context.canvas.height] = [ROUGHNESS_PX, ROUGHNESS_PX];
  context.drawImage(small, 0, 0);
  return context.getImageData(0, 0, ROUGHNESS_PX, ROUGHNESS_PX).data;
}

async function shrunk(picture: Texture, width: number, height: number): Promise<ImageBitmap | null> {
  try {
    const options = { resizeWidth: width, resizeHeight: height, resizeQuality: "medium", premultiplyAlpha: "none", colorSpaceConversion: "none" } as const;
    return await createImageBitmap(picture.image as ImageBitmapSource, options);
  } catch {
    return null; // packed for the card, or empty
  }
}

/** As the material, for light that vertices bring along: one look-up in a small picture and few sums a pixel. */
export async function cheapened(material: MeshStandardMaterial): Promise<ShaderMaterial> {
  const map = material.map && (await smallPicture(material.map));
  const { side, transparent, depthWrite, depthTest, alphaTest, opacity } = material;
  return new ShaderMaterial({
    side, transparent, depthWrite, depthTest,
    uniforms: { map: { value: map }, cut: { value: alphaTest }, opacity: { value: opacity } },
    defines: { ...(map && { PICTURE: "" }), ...(alphaTest > 0 && { CUT: "" }), ...(transparent && { CLEAR: "" }) },
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
  });
}

async function smallPicture(picture: Texture): Promise<Texture> {
  const { width = 1, height = 1 } = picture.image as { width?: number; height?: number };
  const scale = Math.min(PICTURE_PX / Math.max(width, height), 1);
  const small = await shrunk(picture, Math.max(Math.round(scale * width), 1), Math.max(Math.round(scale * height), 1));
  const texture = new Texture(small ?? picture.image);
  Object.assign(texture, { flipY: picture.flipY, wrapS: picture.wrapS, wrapT: picture.wrapT, minFilter: LinearMipmapNearestFilter });
  texture.needsUpdate = true;
  return texture;
}

const VERTEX = `
attribute vec4 light;
varying vec4 shine;
varying vec2 place;
void main() {
  shine = light;
  place = uv;
  gl_Position = projectionMatrix * viewMatrix * vec4(position, 1.0);
}`;

/** The curves between display and light are sums of roots and powers instead of logarithms; off by less than a step of 255.
 * The coefficients are Ian Taylor's ("sRGB approximations for HLSL", 2012). */
const FRAGMENT = `
uniform sampler2D map;
uniform float cut;
uniform float opacity;
varying vec4 shine;
varying vec2 place;
void main() {
  float alpha = opacity;
  vec3 color = vec3(1.0);
  #ifdef PICTURE
    vec4 texel = texture2D(map, place);
    alpha *= texel.a;
    color = texel.rgb * (texel.rgb * (texel.rgb * 0.305306011 + 0.682171111) + 0.012522878);
  #endif
  #ifdef CUT
    if (alpha < cut) discard;
  #endif
  #ifndef CLEAR
    alpha = 1.0;
  #endif
  gl_FragColor = vec4(color * shine.rgb + shine.a, alpha);
  #include <tonemapping_fragment>
  vec3 root = sqrt(gl_FragColor.rgb), fourth = sqrt(root), eighth = sqrt(fourth);
  gl_FragColor.rgb = 0.662002687 * root + 0.684122060 * fourth - 0.323583601 * eighth - 0.0225411470 * gl_FragColor.rgb;
}`;
