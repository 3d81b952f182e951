// Sliders that mold the model at once. The file carries what each end of each slider moves; meshes are re-shaped here, on the
// CPU, so that hundreds of sliders cost the graphics card nothing and expressions stay morph targets of their own.
import type { VRMHumanoid } from "@pixiv/three-vrm";
import { Matrix4, Vector3 } from "three";
import type { Bone, BufferAttribute, Mesh, Object3D, SkinnedMesh } from "three";
import type { GLTF } from "three/addons/loaders/GLTFLoader.js";
import { SmoothNormals } from "./smooth_normals";

/** As `avatarkit/export/molding_file.py` writes it into the file's extras. */
interface MoldingTable {
  version: number;
  view: number; // buffer view of all numbers
  unit_m: number;
  meshes: string[];
  joints: string[];
  sliders: { name: string; value: number; ends: (EndTable | null)[] }[];
}

/** One end of a slider: per moved mesh [mesh, vertices moved, byte of their indices, byte of their offsets], and joints. */
interface EndTable {
  moves: [mesh: number, count: number, indices: number, offsets: number][];
  joints: [joint: number, x: number, y: number, z: number][];
}

interface Move {
  mesh: number;
  indices: Uint16Array;
  offsets: Int16Array;
}

interface End {
  moves: Move[];
  joints: [number, number, number, number][];
}

interface Slider {
  start: number;
  ends: (End | null)[]; // negative, positive
}

const VERSION = 1;
const SIDES = ["-left", "-right"];

export class Molding {
  private readonly sliders = new Map<string, Slider>();
  private readonly values = new Map<string, number>();
  private readonly meshes: MoldedMesh[];
  private readonly joints: Joints;

  private constructor(private readonly table: MoldingTable, data: ArrayBuffer, scene: Object3D) {
    this.meshes = table.meshes.map((name) => new MoldedMesh(findMesh(scene, name)));
    this.joints = new Joints(scene, table.joints);
    for (const { name, value, ends } of table.sliders) {
      this.sliders.set(name, { start: value, ends: ends.map((end) => end && readEnd(end, data)) });
      this.values.set(name, value);
    }
  }

  /** What a file says about molding; null for one that says nothing. */
  static async of(gltf: GLTF): Promise<Molding | null> {
    const table = (gltf.parser.json as { extras?: { molding?: MoldingTable } }).extras?.molding;
    if (!table || table.version !== VERSION) return null;
    const data = (await gltf.parser.getDependency("bufferView", table.view)) as ArrayBuffer;
    return new Molding(table, data, gltf.scene);
  }

  get names(): string[] {
    return [...this.sliders.keys()];
  }

  /** Take these values over and re-shape; a name without side sets both. False where none of them is known. */
  set(values: Record<string, number>, humanoid: VRMHumanoid | null): boolean {
    let known = false;
    for (const [name, value] of Object.entries(values)) {
      for (const one of this.sliders.has(name) ? [name] : SIDES.map((side) => name + side)) {
        if (!this.sliders.has(one) || !Number.isFinite(value)) continue;
        this.values.set(one, Math.min(Math.max(value, -1), 1));
        known = true;
      }
    }
    if (known) this.shape(humanoid);
    return known;
  }

  private shape(humanoid: VRMHumanoid | null): void {
    for (const mesh of this.meshes) mesh.begin();
    this.joints.begin();
    for (const [name, slider] of this.sliders) {
      const value = this.values.get(name)!;
      if (value === slider.start) continue;
      for (const [sign, end] of [[-1, slider.ends[0]], [1, slider.ends[1]]] as const) {
        const weight = Math.max(sign * value, 0) - Math.max(sign * slider.start, 0);
        if (end && weight) this.add(end, weight);
      }
    }
    for (const mesh of this.meshes) mesh.finish();
    this.joints.finish(humanoid);
  }

  private add(end: End, weight: number): void {
    for (const move of end.moves) this.meshes[move.mesh]!.add(move, weight * this.table.unit_m);
    this.joints.add(end.joints, weight);
  }
}

/** One mesh with the shape it came with, and the vertices that sliders have moved. */
class MoldedMesh {
  private readonly position: BufferAttribute;
  private readonly original: Float32Array;
  private readonly normals: SmoothNormals;
  private moved = false;

  constructor(mesh: Mesh) {
    this.position = mesh.geometry.attributes.position as BufferAttribute;
    this.original = Float32Array.from(this.position.array);
    this.normals = new SmoothNormals(mesh.geometry);
  }

  begin(): void {
    if (this.moved) this.position.array.set(this.original);
  }

  add({ indices, offsets }: Move, weight: number): void {
    const place = this.position.array;
    for (let k = 0, j = 0; k < indices.length; k++) {
      const i = 3 * indices[k]!;
      place[i]! += weight * offsets[j++]!;
      place[i + 1]! += weight * offsets[j++]!;
      place[i + 2]! += weight * offsets[j++]!;
    }
    this.touched = true;
  }

  finish(): void {
    if (!this.touched && !this.moved) return;
    this.moved = this.touched;
    this.touched = false;
    this.position.needsUpdate = true;
    this.normals.update();
  }

  private touched = false;
}

/** Joints move with the body that is molded around them. */
class Joints {
  private readonly bones: (Object3D | null)[];
  private readonly rest: Vector3[];
  private readonly offsets: Vector3[];
  private readonly skeletons: Map<Bone, { inverse: Matrix4; original: Matrix4 }[]>;
  private moved = false;
  private wasMoved = false;

  constructor(scene: Object3D, names: string[]) {
    this.bones = names.map((name) => scene.getObjectByName(name) ?? null);
    this.rest = this.bones.map((bone) => bone?.position.clone() ?? new Vector3());
    this.offsets = names.map(() => new Vector3());
    this.skeletons = bindings(scene);
  }

  begin(): void {
    for (const offset of this.offsets) offset.set(0, 0, 0);
    this.moved = false;
  }

  add(joints: End["joints"], weight: number): void {
    for (const [joint, x, y, z] of joints) this.offsets[joint]!.addScaledVector(new Vector3(x, y, z), weight);
    this.moved ||= joints.length > 0;
  }

  /** Offsets are of the joints' places in the world at rest, where their axes are the world's. */
  finish(humanoid: VRMHumanoid | null): void {
    if (!this.moved && !this.wasMoved) return;
    this.wasMoved = this.moved;
    const ofBone = new Map(this.bones.map((bone, k) => [bone, this.offsets[k]!]));
    this.bones.forEach((bone, k) => {
      if (!bone) return;
      const local = this.offsets[k]!.clone().sub(ofBone.get(bone.parent) ?? new Vector3());
      const place = this.rest[k]!.clone().add(local);
      bone.position.copy(place);
      for (const { inverse, original } of this.skeletons.get(bone as Bone) ?? []) {
        inverse.copy(original).premultiply(new Matrix4().makeTranslation(this.offsets[k]!.clone().negate()));
      }
    });
    if (humanoid) followRest(humanoid, ofBone);
  }
}

/** The normalized rig stands where the joints stand. */
function followRest(humanoid: VRMHumanoid, ofBone: Map<Object3D | null, Vector3>): void {
  for (const name of Object.keys(humanoid.humanBones) as (keyof typeof humanoid.humanBones)[]) {
    const raw = humanoid.getRawBoneNode(name);
    const node = humanoid.getNormalizedBoneNode(name);
    const rest = humanoid.normalizedRestPose[name]?.position;
    if (!raw || !node || !rest) continue;
    const local = (ofBone.get(raw) ?? new Vector3()).clone().sub(ofBone.get(raw.parent) ?? new Vector3());
    node.position.set(rest[0], rest[1], rest[2]).add(local);
  }
}

function bindings(scene: Object3D): Map<Bone, { inverse: Matrix4; original: Matrix4 }[]> {
  const found = new Map<Bone, { inverse: Matrix4; original: Matrix4 }[]>();
  const seen = new Set<unknown>();
  scene.traverse((object) => {
    const skeleton = (object as SkinnedMesh).skeleton;
    if (!skeleton || seen.has(skeleton)) return;
    seen.add(skeleton);
    skeleton.bones.forEach((bone, k) => {
      const inverse = skeleton.boneInverses[k]!;
      found.set(bone, [...(found.get(bone) ?? []), { inverse, original: inverse.clone() }]);
    });
  });
  return found;
}

function findMesh(scene: Object3D, name: string): Mesh {
  let found: Mesh | undefined;
  scene.traverse((object) => {
    if ((object as Mesh).isMesh && object.name === name) found ??= object as Mesh;
  });
  if (!found) throw new Error(`The file's sliders mold a mesh ${name} that it does not have.`);
  return found;
}

function readEnd(end: EndTable, data: ArrayBuffer): End {
  const moves = end.moves.map(([mesh, count, indices, offsets]) => ({
    mesh,
    indices: new Uint16Array(data, indices, count),
    offsets: new Int16Array(data, offsets, 3 * count),
  }));
  return { moves, joints: end.joints };
}
