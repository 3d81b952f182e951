// Normals of a mesh after its vertices have moved, without the seams that split vertices would give.
import type { BufferAttribute, BufferGeometry } from "three";

const WELD = 1e6; // vertices nearer than a micrometre are one
const FLAT = 1e-20;

/** The part of a mesh whose normals change. */
interface Around {
  vertices: Uint32Array;
  sums: Uint32Array; // of the welded vertices among them, where each begins
  corners: Uint32Array; // of the triangles around these, their numbers in the list of all
}

export class SmoothNormals {
  private readonly position: BufferAttribute;
  private readonly normal: BufferAttribute;
  private readonly original: Float32Array;
  private readonly triangles: ArrayLike<number>;
  private readonly welded: Uint32Array;
  private readonly sums: Float32Array;
  private readonly before: Float32Array; // unit normals of the surface as the file has it, at the welded vertices
  private around: Around = { vertices: new Uint32Array(), sums: new Uint32Array(), corners: new Uint32Array() };

  constructor(geometry: BufferGeometry) {
    this.position = geometry.attributes.position as BufferAttribute;
    this.normal = geometry.attributes.normal as BufferAttribute;
    this.original = Float32Array.from(this.normal.array);
    this.triangles = geometry.index ? geometry.index.array : Uint32Array.from({ length: this.position.count }, (_, k) => k);
    this.welded = weld(this.position);
    this.sums = new Float32Array(3 * this.position.count);
    this.reach(Uint32Array.from({ length: this.position.count }, (_, k) => k));
    this.before = this.surface().slice();
  }

  /** From now on these vertices move; normals around others become the file's again. */
  reach(moving: Uint32Array): void {
    const { around, welded, triangles, normal, original } = this;
    for (const vertex of around.vertices) for (let i = 3 * vertex; i < 3 * vertex + 3; i++) normal.array[i] = original[i]!;
    const moves = new Uint8Array(welded.length), turns = new Uint8Array(welded.length);
    for (const vertex of moving) moves[welded[vertex]!] = 1;
    const isOne = (of: Uint8Array, t: number) => of[welded[triangles[t]!]!] || of[welded[triangles[t + 1]!]!] || of[welded[triangles[t + 2]!]!];
    for (let t = 0; t < triangles.length; t += 3) {
      if (isOne(moves, t)) for (let k = t; k < t + 3; k++) turns[welded[triangles[k]!]!] = 1;
    }
    const corners = where(triangles.length, (k) => k % 3 === 0 && isOne(turns, k));
    const vertices = where(welded.length, (vertex) => turns[welded[vertex]!]);
    const heads = where(welded.length, (vertex) => turns[vertex]).map((head) => 3 * head);
    this.around = { vertices, sums: heads, corners };
  }

  /** What the file says, changed by as much as the surface's own normals have changed. */
  update(): void {
    const after = this.surface();
    const { before, original } = this;
    const normals = this.normal.array;
    for (const vertex of this.around.vertices) {
      const i = 3 * vertex, j = 3 * this.welded[vertex]!;
      const x = original[i]! + after[j]! - before[j]!;
      const y = original[i + 1]! + after[j + 1]! - before[j + 1]!;
      const z = original[i + 2]! + after[j + 2]! - before[j + 2]!;
      const scale = 1 / Math.sqrt(Math.max(x * x + y * y + z * z, FLAT));
      normals[i] = x * scale;
      normals[i + 1] = y * scale;
      normals[i + 2] = z * scale;
    }
    this.normal.needsUpdate = true;
  }

  /** Unit normals at the welded vertices around what moves, from the triangles there by their area. */
  private surface(): Float32Array {
    const { sums, triangles, welded, around } = this;
    const place = this.position.array;
    for (const i of around.sums) sums[i] = sums[i + 1] = sums[i + 2] = 0;
    for (const t of around.corners) {
      const a = 3 * triangles[t]!, b = 3 * triangles[t + 1]!, c = 3 * triangles[t + 2]!;
      const ux = place[b]! - place[a]!, uy = place[b + 1]! - place[a + 1]!, uz = place[b + 2]! - place[a + 2]!;
      const vx = place[c]! - place[a]!, vy = place[c + 1]! - place[a + 1]!, vz = place[c + 2]! - place[a + 2]!;
      const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx;
      for (let k = 0; k < 3; k++) {
        const i = 3 * welded[triangles[t + k]!]!;
        sums[i]! += x;
        sums[i + 1]! += y;
        sums[i + 2]! += z;
      }
    }
    for (const i of around.sums) {
      const x = sums[i]!, y = sums[i + 1]!, z = sums[i + 2]!;
      const scale = 1 / Math.sqrt(Math.max(x * x + y * y + z * z, FLAT));
      sums[i]! *= scale;
      sums[i + 1]! *= scale;
      sums[i + 2]! *= scale;
    }
    return sums;
  }
}

/** Numbers below `count` for which this holds. */
export function where(count: number, holds: (number: number) => unknown): Uint32Array {
  const found: number[] = [];
  for (let number = 0; number < count; number++) if (holds(number)) found.push(number);
  return Uint32Array.from(found);
}

/** For each vertex, the first one at its place. */
function weld(position: BufferAttribute): Uint32Array {
  const place = position.array;
  const order = Uint32Array.from({ length: position.count }, (_, k) => k).sort((a, b) => compare(place, a, b) || a - b);
  const first = new Uint32Array(position.count);
  for (let k = 0, head = 0; k < order.length; k++) {
    if (compare(place, order[head]!, order[k]!)) head = k;
    first[order[k]!] = order[head]!;
  }
  return first;
}

/** By place, in micrometres. */
function compare(place: ArrayLike<number>, a: number, b: number): number {
  for (let axis = 0; axis < 3; axis++) {
    const difference = Math.round(place[3 * a + axis]! * WELD) - Math.round(place[3 * b + axis]! * WELD);
    if (difference) return difference;
  }
  return 0;
}
