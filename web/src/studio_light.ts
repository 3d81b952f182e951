// The studio's light on one point of a surface, as the standing picture's materials would show it, told by the processor: the
// lamps as in three's physical material, the room around by a small table of directions.
import { Vector3 } from "three";
import type { Color, SphericalHarmonics3 } from "three";

const DIELECTRIC = 0.04; // of light that falls straight on skin, cloth and hair comes back from the surface itself
const LEAST_ROUGHNESS = 0.25; // sharper gloss would jump from one vertex to the next
const LEAST_FACING = 0.02;
const CELLS = 32; // of the table's edge; the room's light changes slowly
const LUMINANCE = [0.2126, 0.7152, 0.0722] as const;

/** A lamp's way from the figure, and what of its light arrives on a surface that faces it. */
export interface Lamp {
  toward: Vector3;
  color: Color;
}

/** What a surface does with light. `specular` is its share of what other dielectrics reflect. */
export interface Surface {
  metal: boolean;
  specular: number;
}

export class StudioLight {
  private readonly lamps: Float32Array; // of each: its way, its colour over pi, how bright that is
  private readonly room: Float32Array; // of each direction: what a white matte surface shows that faces it, and how bright that is

  constructor(lamps: Lamp[], around: Color, room: SphericalHarmonics3, share: number) {
    this.lamps = Float32Array.from(lamps.flatMap(({ toward, color }) => [...toward, ...color.toArray().map((part) => part / Math.PI), luminance(color) / Math.PI]));
    this.room = new Float32Array(4 * CELLS * CELLS);
    const way = new Vector3();
    const shed = new Vector3();
    for (let cell = 0; cell < CELLS * CELLS; cell++) {
      room.getIrradianceAt(unfolded(way, cell % CELLS, Math.floor(cell / CELLS)), shed).multiplyScalar(share);
      const color = [shed.x + around.r, shed.y + around.g, shed.z + around.b].map((part) => Math.max(part, 0) / Math.PI) as [number, number, number];
      this.room.set([...color, luminance({ r: color[0], g: color[1], b: color[2] })], 4 * cell);
    }
  }

  /** Writes what is reflected to `out[at..]`: red, green, blue of a white matte surface, and gloss without colour. n: normal, v: to the eye. */
  shine(out: Float32Array, at: number, nx: number, ny: number, nz: number, vx: number, vy: number, vz: number, { metal, specular }: Surface, roughness: number): void {
    const { lamps, room } = this;
    const rough = Math.max(roughness, LEAST_ROUGHNESS);
    const along = nx * vx + ny * vy + nz * vz;
    const facing = Math.max(along, LEAST_FACING);
    const f0 = metal ? 1 : DIELECTRIC * specular;
    const f90 = metal ? 1 : specular;
    const squared = rough * rough * rough * rough;
    const bent = Math.sqrt(facing * facing * (1 - squared) + squared);
    const front = cellOf(nx, ny, nz);
    let red = room[front]!, green = room[front + 1]!, blue = room[front + 2]!;
    let gloss = room[cellOf(2 * along * nx - vx, 2 * along * ny - vy, 2 * along * nz - vz) + 3]! * reflectance(rough, facing, f0, f90);
    for (let lamp = 0; lamp < lamps.length; lamp += 7) {
      const lx = lamps[lamp]!, ly = lamps[lamp + 1]!, lz = lamps[lamp + 2]!;
      const high = nx * lx + ny * ly + nz * lz;
      if (high <= 0) continue;
      const hx = vx + lx, hy = vy + ly, hz = vz + lz;
      const half = 1 / Math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9);
      const edge = 1 - (vx * hx + vy * hy + vz * hz) * half;
      const peak = (nx * hx + ny * hy + nz * hz) * half;
      const spread = peak * peak * (squared - 1) + 1;
      const open = 0.5 / (high * bent + facing * Math.sqrt(high * high * (1 - squared) + squared));
      const back = f0 + (f90 - f0) * edge * edge * edge * edge * edge;
      gloss += (high * back * open * squared * lamps[lamp + 6]!) / (spread * spread);
      red += high * lamps[lamp + 3]!;
      green += high * lamps[lamp + 4]!;
      blue += high * lamps[lamp + 5]!;
    }
    out[at] = metal ? gloss : red;
    out[at + 1] = metal ? gloss : green;
    out[at + 2] = metal ? gloss : blue;
    out[at + 3] = metal ? 0 : gloss;
  }
}

/** Where a direction lies in the table: the sphere as an octahedron, unfolded. */
function cellOf(x: number, y: number, z: number): number {
  const scale = 1 / (Math.abs(x) + Math.abs(y) + Math.abs(z) + 1e-9);
  let u = x * scale, v = y * scale;
  if (z < 0) {
    const folded = (1 - Math.abs(v)) * (u < 0 ? -1 : 1);
    v = (1 - Math.abs(u)) * (v < 0 ? -1 : 1);
    u = folded;
  }
  const column = Math.min(Math.floor((0.5 + 0.5 * u) * CELLS), CELLS - 1);
  const row = Math.min(Math.floor((0.5 + 0.5 * v) * CELLS), CELLS - 1);
  return 4 * (CELLS * row + column);
}

/** The direction of a cell's middle. */
function unfolded(way: Vector3, column: number, row: number): Vector3 {
  const u = (2 * (column + 0.5)) / CELLS - 1;
  const v = (2 * (row + 0.5)) / CELLS - 1;
  const z = 1 - Math.abs(u) - Math.abs(v);
  if (z >= 0) return way.set(u, v, z).normalize();
  return way.set((1 - Math.abs(v)) * Math.sign(u), (1 - Math.abs(u)) * Math.sign(v), z).normalize();
}

function luminance({ r, g, b }: { r: number; g: number; b: number }): number {
  return LUMINANCE[0] * r + LUMINANCE[1] * g + LUMINANCE[2] * b;
}

/** Of an even room's light (Karis' approximation for mobile devices, 2014). */
function reflectance(roughness: number, facing: number, f0: number, f90: number): number {
  const x = 1 - roughness;
  const least = Math.min(x * x, 2 ** (-9.28 * facing)) * x + 0.0425 - 0.0275 * roughness;
  return f0 * (1.04 - 0.572 * roughness - 1.04 * least) + f90 * (1.04 * least + 0.022 * roughness - 0.04);
}
