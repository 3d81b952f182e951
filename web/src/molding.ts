// Sliders that mold the model at once. A table says what each end of each slider moves on the body, and which of the body's
// vertices ("carriers") each mesh hangs on; meshes are re-shaped here, on the CPU, so that hundreds of sliders cost the graphics
// card nothing and expressions stay morph targets of their own. What a mesh needs for that is made ready in idle moments, or when it first moves.
import type { VRMHumanoid } from "@pixiv/three-vrm";
import type { BufferAttribute, Mesh, Object3D } from "three";
import type { GLTF } from "three/addons/loaders/GLTFLoader.js";
import { MoldedJoints } from "./molded_joints";
import type { JointOffset } from "./molded_joints";
import { SmoothNormals, where } from "./smooth_normals";

/** As `avatarkit/export/molding_file.py` writes it: sliders alone, or the whole in a file's extras. */
interface SliderTable {
  version: number;
  sliders: { name: string; value: number; ends: (EndTable | null)[] }[];
}

interface MoldingTable extends SliderTable {
  view: number;
  vertices: number;
  joints: string[];
  meshes: MeshTable[];
}

interface EndTable {
  unit_m: number;
  count: number;
  indices: number;
  offsets: number;
  joints: JointOffset[];
}

interface MeshTable {
  name: string;
  count: number;
  carriers: number;
  indices: number;
  weights: number;
}

interface End {
  unit: number;
  indices: Uint16Array;
  offsets: Int16Array;
  joints: JointOffset[];
}

interface Slider {
  start: number;
  ends: (End | null)[]; // negative, positive
}

const VERSION = 2;
const IDLE_MS = 50; // where no browser tells when it has time
const SIDES = ["-left", "-right"];

export class Molding {
  private readonly sliders = new Map<string, Slider>();
  private readonly values = new Map<string, number>();
  private readonly meshes: MoldedMesh[];
  private readonly joints: MoldedJoints;
  private readonly carriers: Float32Array; // how far each carrier is from where the file has it
  private active: End[] = []; // of sliders that are not where the file has them
  private waiting = false; // values have changed, the shape has not

  private constructor(table: MoldingTable, data: ArrayBuffer, scene: Object3D) {
    this.carriers = new Float32Array(3 * table.vertices);
    this.meshes = table.meshes.flatMap((mesh) => partsOf(scene, mesh.name).map((part) => new MoldedMesh(part, mesh, data)));
    this.joints = new MoldedJoints(scene, table.joints);
    this.add(table, data);
  }

  /** What a file says about molding; null for one that says nothing. */
  static async of(gltf: GLTF): Promise<Molding | null> {
    const table = (gltf.parser.json as { extras?: { molding?: MoldingTable } }).extras?.molding;
    if (!table || table.version !== VERSION) return null;
    const data = (await gltf.parser.getDependency("bufferView", table.view)) as ArrayBuffer;
    return new Molding(table, data, gltf.scene);
  }

  /** Learn more sliders; those known already stay as they are. */
  add(table: unknown, data: ArrayBuffer): void {
    const { version, sliders } = table as SliderTable;
    if (version !== VERSION) throw new Error("The sliders are of another version than this viewer.");
    for (const { name, value, ends } of sliders) {
      if (this.sliders.has(name)) continue;
      this.sliders.set(name, { start: value, ends: ends.map((end) => end && readEnd(end, data)) });
      this.values.set(name, value);
    }
  }

  /** Make ready what the first moves would wait for, mesh by mesh, while the page has nothing else to do and it is `wanted`. */
  async prepare(wanted: () => boolean): Promise<void> {
    for (const mesh of this.meshes) {
      await idle();
      if (!wanted()) return;
      mesh.prepare();
    }
  }

  get names(): string[] {
    return [...this.sliders.keys()];
  }

  /** Take these values over; a name without side sets both. False where none of them is known. */
  set(values: Record<string, number>): boolean {
    let known = false;
    for (const [name, value] of Object.entries(values)) {
      for (const one of this.sliders.has(name) ? [name] : SIDES.map((side) => name + side)) {
        if (!this.sliders.has(one) || !Number.isFinite(value)) continue;
        this.values.set(one, Math.min(Math.max(value, -1), 1));
        known = true;
      }
    }
    this.waiting ||= known;
    return known;
  }

  /** Re-shape after new values: once a frame, however often a hand has moved since. */
  settle(humanoid: VRMHumanoid | null): void {
    if (this.waiting) this.shape(humanoid);
    this.waiting = false;
  }

  private shape(humanoid: VRMHumanoid | null): void {
    const weights = new Map<End, number>();
    for (const [name, { start, ends }] of this.sliders) {
      const value = this.values.get(name)!;
      for (const [sign, end] of [[-1, ends[0]], [1, ends[1]]] as const) {
        const weight = Math.max(sign * value, 0) - Math.max(sign * start, 0);
        if (end && weight) weights.set(end, weight);
      }
    }
    this.hold([...weights.keys()]);
    this.carriers.fill(0);
    this.joints.begin();
    for (const [end, weight] of weights) this.move(end, weight);
    for (const mesh of this.meshes) mesh.follow(this.carriers);
    this.joints.finish(humanoid);
  }

  /** Meshes learn what moves when that changes, which is once for all that a hand does to a slider. */
  private hold(ends: End[]): void {
    if (ends.length === this.active.length && ends.every((end, k) => end === this.active[k])) return;
    this.active = ends;
    const moving = new Uint8Array(this.carriers.length / 3);
    for (const { indices } of ends) for (const vertex of indices) moving[vertex] = 1;
    for (const mesh of this.meshes) mesh.hold(moving);
  }

  private move({ unit, indices, offsets, joints }: End, weight: number): void {
    const { carriers } = this;
    const scale = weight * unit;
    for (let k = 0, j = 0; k < indices.length; k++) {
      const place = 3 * indices[k]!;
      carriers[place]! += scale * offsets[j++]!;
      carriers[place + 1]! += scale * offsets[j++]!;
      carriers[place + 2]! += scale * offsets[j++]!;
    }
    this.joints.add(joints, weight);
  }
}

/** One mesh, and the carriers that its vertices hang on. */
class MoldedMesh {
  private readonly position: BufferAttribute;
  private readonly indices: Uint16Array;
  private readonly width: number;
  private rest: { places: Float32Array; weights: Float32Array; normals: SmoothNormals } | null = null;
  private moving: Uint32Array = new Uint32Array();

  constructor(private readonly mesh: Mesh, private readonly table: MeshTable, private readonly data: ArrayBuffer) {
    this.position = mesh.geometry.attributes.position as BufferAttribute;
    if (this.position.count !== table.count) throw new Error(`The file's sliders do not fit its mesh ${table.name}.`);
    this.width = table.carriers;
    this.indices = new Uint16Array(data, table.indices, table.count * this.width);
  }

  /** From now on vertices move that hang on these carriers; others stand as the file has them. */
  hold(carriers: Uint8Array): void {
    const { indices, width } = this;
    const hangs = (vertex: number) => {
      for (let j = width * vertex; j < width * (vertex + 1); j++) if (carriers[indices[j]!]) return true;
      return false;
    };
    const moving = where(this.position.count, hangs);
    if (!moving.length && !this.moving.length) return;
    const { places, normals } = this.prepare();
    for (const vertex of this.moving) for (let i = 3 * vertex; i < 3 * vertex + 3; i++) this.position.array[i] = places[i]!;
    this.moving = moving;
    normals.reach(moving);
    this.position.needsUpdate = true;
    normals.update();
  }

  follow(carriers: Float32Array): void {
    if (!this.moving.length) return;
    const { width, indices } = this;
    const { places: original, weights, normals } = this.prepare();
    const place = this.position.array;
    for (const vertex of this.moving) {
      let x = 0, y = 0, z = 0;
      for (let j = width * vertex; j < width * (vertex + 1); j++) {
        const carrier = 3 * indices[j]!;
        const weight = weights[j]!;
        x += weight * carriers[carrier]!;
        y += weight * carriers[carrier + 1]!;
        z += weight * carriers[carrier + 2]!;
      }
      place[3 * vertex] = original[3 * vertex]! + x;
      place[3 * vertex + 1] = original[3 * vertex + 1]! + y;
      place[3 * vertex + 2] = original[3 * vertex + 2]! + z;
    }
    this.position.needsUpdate = true;
    normals.update();
  }

  prepare() {
    const { table, data, width } = this;
    return (this.rest ??= {
      places: Float32Array.from(this.position.array),
      weights: shares(new Uint8Array(data, table.weights, table.count * width), width),
      normals: new SmoothNormals(this.mesh.geometry),
    });
  }
}

function idle(): Promise<void> {
  return new Promise((resolve) => ("requestIdleCallback" in window ? requestIdleCallback(() => resolve()) : setTimeout(resolve, IDLE_MS)));
}

/** Weights of 255 as shares of 1, those of each vertex together exactly 1. */
function shares(weights: Uint8Array, width: number): Float32Array {
  const result = Float32Array.from(weights);
  for (let start = 0; start < result.length; start += width) {
    const row = result.subarray(start, start + width);
    const sum = row.reduce((total, weight) => total + weight, 0) || 1;
    for (let k = 0; k < width; k++) row[k]! /= sum;
  }
  return result;
}

/** A glTF mesh with several primitives is a group here. */
function partsOf(scene: Object3D, name: string): Mesh[] {
  const parts: Mesh[] = [];
  scene.traverse((object) => {
    const mesh = object as Mesh;
    const own = mesh.isMesh && (mesh.name === name || mesh.userData.name === name || mesh.parent?.name === name);
    if (own && !parts.some((part) => part.geometry === mesh.geometry)) parts.push(mesh);
  });
  if (!parts.length) throw new Error(`The file's sliders mold a mesh ${name} that it does not have.`);
  return parts;
}

function readEnd(end: EndTable, data: ArrayBuffer): End {
  return {
    unit: end.unit_m,
    indices: new Uint16Array(data, end.indices, end.count),
    offsets: new Int16Array(data, end.offsets, 3 * end.count),
    joints: end.joints,
  };
}
