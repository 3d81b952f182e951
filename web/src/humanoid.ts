// Which nodes are human bones in a file that is no VRM: by VRM's own names, or by Mixamo's.
import {
  VRM, VRMHumanBoneList, VRMHumanoid, VRMLookAt, VRMLookAtBoneApplier, VRMLookAtRangeMap, VRMRequiredHumanBoneName,
} from "@pixiv/three-vrm";
import type { VRM1Meta, VRMExpressionManager, VRMHumanBoneName, VRMHumanBones } from "@pixiv/three-vrm";
import { Quaternion, Vector3 } from "three";
import type { Group, Object3D } from "three";

const RELAXED_ARM = (65 * Math.PI) / 180;
const RELAXED_ELBOW = (12 * Math.PI) / 180;
const RELAXED_ARM_FORWARD = 0.06; // the three as in the project's own pictures (render/humanoid.py)

const GAZE_YAW = 12;
const GAZE_PITCH = 10; // degrees, as the project's VRM files have them

const FORWARD = new Vector3(0, 0, 1);

// Source: the project's rigs/mixamo.toml.
const MIXAMO: Record<string, string> = {
  Hips: "hips", Spine: "spine", Spine1: "chest", Spine2: "upperChest", Neck: "neck", Head: "head",
  LeftEye: "leftEye", RightEye: "rightEye", ...sided("Left", "left"), ...sided("Right", "right"),
};

function sided(theirs: string, ours: string): Record<string, string> {
  const bones: Record<string, string> = {
    UpLeg: "UpperLeg", Leg: "LowerLeg", Foot: "Foot", ToeBase: "Toes",
    Shoulder: "Shoulder", Arm: "UpperArm", ForeArm: "LowerArm", Hand: "Hand",
  };
  for (const [finger, name] of [["Index", "Index"], ["Middle", "Middle"], ["Ring", "Ring"], ["Pinky", "Little"]]) {
    ["Proximal", "Intermediate", "Distal"].forEach((segment, k) => (bones[`Hand${finger}${k + 1}`] = name + segment));
  }
  ["Metacarpal", "Proximal", "Distal"].forEach((segment, k) => (bones[`HandThumb${k + 1}`] = `Thumb${segment}`));
  return Object.fromEntries(Object.entries(bones).map(([their, our]) => [theirs + their, ours + our]));
}

/** A scene whose joints bear known names as a VRM 1.0, or null. */
export function vrmOf(scene: Group, expressionManager: VRMExpressionManager): VRM | null {
  const humanoid = findHumanoid(scene);
  if (!humanoid) return null;
  scene.add(humanoid.normalizedHumanBonesRoot);
  const meta = { metaVersion: "1", name: scene.name, authors: [], licenseUrl: "" } as VRM1Meta;
  return new VRM({ scene, meta, humanoid, expressionManager, lookAt: gaze(humanoid) ?? undefined });
}

function findHumanoid(scene: Object3D): VRMHumanoid | null {
  const bones: Partial<Record<string, { node: Object3D }>> = {};
  scene.traverse((node) => {
    const name = boneName(node.name);
    if (name && !bones[name]) bones[name] = { node };
  });
  if (!Object.values(VRMRequiredHumanBoneName).every((name) => bones[name])) return null;
  return new VRMHumanoid(bones as VRMHumanBones);
}

function gaze(humanoid: VRMHumanoid): VRMLookAt | null {
  const eye = humanoid.getNormalizedBoneNode("leftEye");
  if (!eye) return null;
  const yaw = new VRMLookAtRangeMap(90, GAZE_YAW);
  const pitch = new VRMLookAtRangeMap(90, GAZE_PITCH);
  const lookAt = new VRMLookAt(humanoid, new VRMLookAtBoneApplier(humanoid, yaw, yaw, pitch, pitch));
  lookAt.offsetFromHeadBone.set(0, eye.position.y, eye.position.z);
  return lookAt;
}

function boneName(node: string): string | undefined {
  if ((VRMHumanBoneList as string[]).includes(node)) return node;
  return MIXAMO[node.replace(/^mixamorig\d*:?/, "")];
}

/** Rotations of a figure that lets its arms hang: bone -> quaternion in the normalized pose, subject facing +Z. */
export function relaxedArms(humanoid: VRMHumanoid): Map<VRMHumanBoneName, Quaternion> {
  const rotations = new Map<VRMHumanBoneName, Quaternion>();
  for (const [side, outward] of [["left", 1], ["right", -1]] as const) {
    if (!["UpperArm", "LowerArm", "Hand"].every((bone) => humanoid.getNormalizedBoneNode(`${side}${bone}` as VRMHumanBoneName))) continue;
    const down = new Vector3(outward * Math.cos(RELAXED_ARM), -Math.sin(RELAXED_ARM), RELAXED_ARM_FORWARD).normalize();
    const out = new Vector3(outward, 0, 0); // normalized arms stretch sideways
    rotations.set(`${side}UpperArm`, new Quaternion().setFromUnitVectors(out, down));
    rotations.set(`${side}LowerArm`, new Quaternion().setFromAxisAngle(out.clone().cross(FORWARD).normalize(), RELAXED_ELBOW));
  }
  return rotations;
}
