// Normals of a mesh after its vertices have moved, without the seams that split vertices would give.
import type { BufferAttribute, BufferGeometry } from "three";

const WELD = 1e6; // vertices nearer than a micrometre are one
const FLAT = 1e-20;

export class SmoothNormals {
  private readonly position: BufferAttribute;
  private readonly normal: BufferAttribute;
  private readonly original: Float32Array;
  private readonly triangles: ArrayLike<number>;
  private readonly welded: Uint32Array;
  private readonly corners: Uint32Array; // of each triangle's corner, where its vertex' sum begins
  private readonly sums: Float32Array;
  private before: Float32Array | null = null;
  private readonly untouched: Float32Array;

  constructor(geometry: BufferGeometry) {
    this.position = geometry.attributes.position as BufferAttribute;
    this.normal = geometry.attributes.normal as BufferAttribute;
    this.original = Float32Array.from(this.normal.array);
    this.untouched = Float32Array.from(this.position.array);
    this.triangles = geometry.index ? geometry.index.array : Uint32Array.from({ length: this.position.count }, (_, k) => k);
    this.welded = weld(this.position);
    this.corners = Uint32Array.from(this.triangles, (vertex) => 3 * this.welded[vertex]!);
    this.sums = new Float32Array(3 * this.position.count);
  }

  /** What the file says, changed by as much as the surface's own normals have changed. */
  update(): void {
    this.before ??= this.surface(this.untouched).slice();
    const after = this.surface(this.position.array);
    const normals = this.normal.array;
    for (let i = 0; i < normals.length; i += 3) {
      const j = 3 * this.welded[i / 3]!;
      const x = this.original[i]! + after[j]! - this.before[j]!;
      const y = this.original[i + 1]! + after[j + 1]! - this.before[j + 1]!;
      const z = this.original[i + 2]! + after[j + 2]! - this.before[j + 2]!;
      const scale = 1 / Math.sqrt(Math.max(x * x + y * y + z * z, FLAT));
      normals[i] = x * scale;
      normals[i + 1] = y * scale;
      normals[i + 2] = z * scale;
    }
    this.normal.needsUpdate = true;
  }

  /** Unit normals at the welded vertices, from the triangles around them by their area. */
  private surface(place: ArrayLike<number>): Float32Array {
    const { sums, corners, triangles } = this;
    sums.fill(0);
    for (let t = 0; t < triangles.length; t += 3) {
      const a = 3 * triangles[t]!, b = 3 * triangles[t + 1]!, c = 3 * triangles[t + 2]!;
      const ux = place[b]! - place[a]!, uy = place[b + 1]! - place[a + 1]!, uz = place[b + 2]! - place[a + 2]!;
      const vx = place[c]! - place[a]!, vy = place[c + 1]! - place[a + 1]!, vz = place[c + 2]! - place[a + 2]!;
      const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx;
      for (let k = 0; k < 3; k++) {
        const i = corners[t + k]!;
        sums[i]! += x;
        sums[i + 1]! += y;
        sums[i + 2]! += z;
      }
    }
    for (let i = 0; i < sums.length; i += 3) {
      const x = sums[i]!, y = sums[i + 1]!, z = sums[i + 2]!;
      const scale = 1 / Math.sqrt(Math.max(x * x + y * y + z * z, FLAT));
      sums[i]! *= scale;
      sums[i + 1]! *= scale;
      sums[i + 2]! *= scale;
    }
    return sums;
  }
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
