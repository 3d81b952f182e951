// Joints move with the body that is molded around them.
import type { VRMHumanoid } from "@pixiv/three-vrm";
import { Matrix4, Vector3 } from "three";
import type { Bone, Object3D, SkinnedMesh } from "three";

/** Number of the joint, and metres in the world at rest, where our joints' axes are the world's. */
export type JointOffset = [joint: number, x: number, y: number, z: number];

interface Bind {
  inverse: Matrix4;
  original: Matrix4;
}

const NOWHERE = new Vector3();

export class MoldedJoints {
  private readonly bones: (Object3D | null)[];
  private readonly rest: Vector3[];
  private readonly offsets: Vector3[];
  private readonly binds: Map<Object3D, Bind[]>;
  private moves = false;
  private moved = false;

  constructor(scene: Object3D, names: string[]) {
    this.bones = names.map((name) => scene.getObjectByName(name) ?? null);
    this.rest = this.bones.map((bone) => bone?.position.clone() ?? new Vector3());
    this.offsets = names.map(() => new Vector3());
    this.binds = binds(scene);
  }

  begin(): void {
    for (const offset of this.offsets) offset.set(0, 0, 0);
    this.moves = false;
  }

  add(joints: JointOffset[], weight: number): void {
    for (const [joint, x, y, z] of joints) {
      const offset = this.offsets[joint]!;
      offset.set(offset.x + weight * x, offset.y + weight * y, offset.z + weight * z);
    }
    this.moves ||= joints.length > 0;
  }

  finish(humanoid: VRMHumanoid | null): void {
    if (!this.moves && !this.moved) return;
    this.moved = this.moves;
    const ofBone = new Map(this.bones.map((bone, k) => [bone, this.offsets[k]!]));
    const local = (bone: Object3D) => (ofBone.get(bone) ?? NOWHERE).clone().sub(ofBone.get(bone.parent) ?? NOWHERE);
    this.bones.forEach((bone, k) => {
      if (!bone) return;
      bone.position.copy(this.rest[k]!).add(local(bone));
      const back = new Matrix4().makeTranslation(this.offsets[k]!.clone().negate());
      for (const { inverse, original } of this.binds.get(bone) ?? []) inverse.multiplyMatrices(original, back);
    });
    if (humanoid) followRest(humanoid, local);
  }
}

/** The normalized rig stands where the joints stand. */
function followRest(humanoid: VRMHumanoid, local: (bone: Object3D) => Vector3): void {
  for (const name of Object.keys(humanoid.humanBones) as (keyof typeof humanoid.humanBones)[]) {
    const raw = humanoid.getRawBoneNode(name);
    const rest = humanoid.normalizedRestPose[name]?.position;
    if (raw && rest) humanoid.getNormalizedBoneNode(name)!.position.fromArray(rest).add(local(raw));
  }
}

function binds(scene: Object3D): Map<Object3D, Bind[]> {
  const found = new Map<Object3D, Bind[]>();
  const seen = new Set<unknown>();
  scene.traverse((object) => {
    const skeleton = (object as SkinnedMesh).skeleton;
    if (!skeleton || seen.has(skeleton)) return;
    seen.add(skeleton);
    skeleton.bones.forEach((bone: Bone, k) => {
      const inverse = skeleton.boneInverses[k]!;
      found.set(bone, [...(found.get(bone) ?? []), { inverse, original: inverse.clone() }]);
    });
  });
  return found;
}
