// One loaded file: a VRM 0.x or 1.0, or a plain GLB, all used the same way.
import { VRMLoaderPlugin, VRMUtils } from "@pixiv/three-vrm";
import type { VRM, VRMHumanBoneName, VRMHumanoid, VRMLookAt } from "@pixiv/three-vrm";
import { createVRMAnimationClip, VRMAnimationLoaderPlugin, VRMLookAtQuaternionProxy } from "@pixiv/three-vrm-animation";
import type { VRMAnimation } from "@pixiv/three-vrm-animation";
import { AnimationMixer, Quaternion, Texture } from "three";
import type { AnimationClip, Group, Material, Mesh, Object3D, SkinnedMesh } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import type { GLTF } from "three/addons/loaders/GLTFLoader.js";
import { Expressions, morphExpressions } from "./expressions";
import { relaxedArms, vrmOf } from "./humanoid";
import { measure } from "./measures";
import type { Measures } from "./measures";
import { Molding } from "./molding";
import { Sketch } from "./sketch";

export interface ModelFacts {
  name: string;
  triangles: number;
  materials: number;
  expressions: string[];
}

export class Model {
  readonly scene: Group;
  readonly expressions: Expressions;
  readonly clips: AnimationClip[];
  readonly toon: boolean;
  sketch: Sketch | null = null;
  private sketching: Promise<void> | null = null;
  private readonly vrm: VRM | null; // a plain GLB with known bones is made one; else null
  private mixer: AnimationMixer | null = null;
  private ownClip = false;
  private readonly relaxed: Map<VRMHumanBoneName, Quaternion>;

  private constructor(private readonly gltf: GLTF, readonly molding: Molding | null) {
    this.scene = gltf.scene;
    const told = gltf.userData.vrm as VRM | undefined;
    const manager = told?.expressionManager ?? morphExpressions(this.scene);
    this.vrm = told ?? vrmOf(this.scene, manager);
    if (this.vrm) VRMUtils.rotateVRM0(this.vrm);
    this.expressions = new Expressions(manager);
    this.clips = gltf.animations;
    this.relaxed = this.humanoid ? relaxedArms(this.humanoid) : new Map();
    this.toon = this.materials().some((material) => "isMToonMaterial" in material);
    this.prepareMeshes();
    this.rest();
  }

  static async load(url: string): Promise<Model> {
    const gltf = await newLoader().loadAsync(url);
    return new Model(gltf, await Molding.of(gltf));
  }

  get facts(): ModelFacts {
    let triangles = 0;
    this.eachMesh((mesh) => (triangles += (mesh.geometry.index?.count ?? mesh.geometry.attributes.position?.count ?? 0) / 3));
    const outlined = new Set(this.materials().filter((material) => !("isOutline" in material && material.isOutline)));
    return { name: this.name, triangles: Math.round(triangles), materials: outlined.size, expressions: this.expressions.names };
  }

  /** Stand at ease, face relaxed, no clip. */
  rest(): void {
    this.stop();
    this.expressions.reset();
    this.humanoid?.resetNormalizedPose();
    for (const [bone, rotation] of this.relaxed) this.setBone(bone, rotation);
  }

  /** A bone's rotation from the normalized pose, local to its parent, subject facing +Z. */
  setBone(bone: VRMHumanBoneName, rotation: Quaternion): void {
    const node = this.humanoid?.getNormalizedBoneNode(bone);
    if (!node) return;
    node.quaternion.copy(rotation);
    if (this.facesBack) node.quaternion.set(-rotation.x, rotation.y, -rotation.z, rotation.w);
  }

  /** The hips' place less that at rest, in metres of a body whose hips are that high (of this one without it). */
  setRoot(place: readonly number[], hipHeight: number | null): void {
    const node = this.humanoid?.getNormalizedBoneNode("hips");
    const rest = this.humanoid?.normalizedRestPose.hips?.position;
    if (!node || !rest) return;
    const scale = hipHeight ? rest[1] / hipHeight : 1;
    const [x, y, z] = place.map((part) => part * scale) as [number, number, number];
    const sign = this.facesBack ? -1 : 1;
    node.position.set(rest[0] + sign * x, rest[1] + y, rest[2] + sign * z);
  }

  async play(wanted: string | number): Promise<void> {
    const clip = typeof wanted === "number" ? this.clips[wanted] : await this.clipFrom(wanted);
    if (!clip) throw new Error(`This file has no clip ${wanted}; it has ${this.clips.length}.`);
    this.rest();
    this.humanoid?.resetNormalizedPose();
    this.ownClip = typeof wanted === "number";
    this.mixer = new AnimationMixer(this.scene);
    this.mixer.clipAction(clip).play();
  }

  stop(): void {
    this.mixer?.stopAllAction();
    this.mixer = null;
    this.ownClip = false;
  }

  get playing(): boolean {
    return this.mixer !== null;
  }

  get swings(): boolean {
    return (this.vrm?.springBoneManager?.joints.size ?? 0) > 0;
  }

  update(seconds: number): void {
    this.mixer?.update(seconds);
    if (this.ownClip) this.updateAfterOwnClip(seconds);
    else if (this.vrm) this.updateVrm(this.vrm, seconds);
    else this.expressions.manager.update();
  }

  settleSprings(): void {
    this.scene.updateMatrixWorld(true);
    this.vrm?.springBoneManager?.reset();
  }

  measures(): Measures {
    this.update(0);
    this.scene.updateMatrixWorld(true);
    return measure(this.meshes(), this.humanoid?.getRawBoneNode("head") ?? null);
  }

  /** Make ready, once, what a slow card draws of it while it moves; `prepare` makes the card ready for that. */
  makeSketch(prepare: (group: Object3D) => Promise<void>): Promise<void> {
    const make = async () => {
      const sketch = await Sketch.of(this.scene, this.meshes());
      if (sketch) await prepare(sketch.group);
      this.sketch = sketch;
    };
    return (this.sketching ??= make());
  }

  dispose(): void {
    this.stop();
    this.sketch?.dispose();
    VRMUtils.deepDispose(this.scene);
    this.eachMesh((mesh) => (mesh as SkinnedMesh).skeleton?.dispose());
    this.scene.removeFromParent();
  }

  get humanoid(): VRMHumanoid | null {
    return this.vrm?.humanoid ?? null;
  }

  get lookAt(): VRMLookAt | null {
    return this.vrm?.lookAt ?? null;
  }

  private get name(): string {
    const meta = this.vrm?.meta as { name?: string; title?: string } | undefined;
    return meta?.name || meta?.title || this.gltf.scene.name || "";
  }

  private get facesBack(): boolean {
    return this.vrm?.meta.metaVersion === "0";
  }

  private updateVrm(vrm: VRM, seconds: number): void {
    if (vrm.lookAt?.target) {
      vrm.humanoid.update(); // gaze starts from where the head is drawn, which would be where it was a frame ago
      vrm.humanoid.getRawBoneNode("head")?.updateWorldMatrix(true, false);
    }
    vrm.update(seconds);
  }

  /** A file's own clip moves joints and morph targets themselves; bones and expressions would undo it. */
  private updateAfterOwnClip(seconds: number): void {
    this.vrm?.nodeConstraintManager?.update();
    this.vrm?.springBoneManager?.update(seconds);
    for (const material of this.vrm?.materials ?? []) {
      if ("update" in material) (material as unknown as { update(delta: number): void }).update(seconds);
    }
  }

  private async clipFrom(url: string): Promise<AnimationClip | undefined> {
    const gltf = await newLoader().loadAsync(url);
    const [motion] = (gltf.userData.vrmAnimations as VRMAnimation[] | undefined) ?? [];
    return motion && this.vrm ? createVRMAnimationClip(motion, this.withGaze(this.vrm)) : gltf.animations[0];
  }

  /** Clips turn the eyes by a node of the scene. */
  private withGaze(vrm: VRM): VRM {
    if (vrm.lookAt && !vrm.scene.children.some((child) => child instanceof VRMLookAtQuaternionProxy)) {
      const proxy = new VRMLookAtQuaternionProxy(vrm.lookAt);
      proxy.name = "gaze";
      vrm.scene.add(proxy);
    }
    return vrm;
  }

  /** Fine cloth stays even from afar and aslant. */
  sharpen(anisotropy: number): void {
    for (const material of this.materials()) {
      for (const value of Object.values(material)) if (value instanceof Texture) value.anisotropy = anisotropy;
    }
  }

  private prepareMeshes(): void {
    this.eachMesh((mesh) => {
      mesh.frustumCulled = false; // posed and morphed bodies leave the boxes of their rest
      mesh.castShadow = true;
      mesh.receiveShadow = !this.toon;
    });
  }

  private materials(): Material[] {
    const all: Material[] = [];
    this.eachMesh((mesh) => all.push(...(Array.isArray(mesh.material) ? mesh.material : [mesh.material])));
    return [...new Set(all)];
  }

  private meshes(): Mesh[] {
    const all: Mesh[] = [];
    this.eachMesh((mesh) => all.push(mesh));
    return all;
  }

  private eachMesh(use: (mesh: Mesh) => void): void {
    this.scene.traverse((object) => {
      if ((object as Mesh).isMesh) use(object as Mesh);
    });
  }
}

function newLoader(): GLTFLoader {
  const loader = new GLTFLoader();
  loader.register((parser) => new VRMLoaderPlugin(parser));
  loader.register((parser) => new VRMAnimationLoaderPlugin(parser));
  return loader;
}
