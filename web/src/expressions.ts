// Expressions by name, whatever kind of file they are in.
import type { VRMExpressionManager } from "@pixiv/three-vrm";
import type { Mesh, Object3D } from "three";

export interface Expressions {
  readonly names: string[];
  set(name: string, weight: number): void;
  reset(): void;
  update(): void;
}

// What a VRM without ARKit's expressions shows of them: preset -> the mean of these.
const PRESETS: Record<string, string[]> = {
  blinkLeft: ["eyeBlinkLeft"], blinkRight: ["eyeBlinkRight"], aa: ["jawOpen"], ou: ["mouthPucker"], oh: ["mouthFunnel"],
  happy: ["mouthSmileLeft", "mouthSmileRight"], angry: ["browDownLeft", "browDownRight"],
  sad: ["mouthFrownLeft", "mouthFrownRight"], surprised: ["browInnerUp"],
};

const clamped = (weight: number) => (Number.isFinite(weight) ? Math.min(Math.max(weight, 0), 1) : 0);

export class VrmExpressions implements Expressions {
  readonly names: string[];
  private readonly shown = new Map<string, number>();

  constructor(private readonly manager: VRMExpressionManager) {
    this.names = Object.keys(manager.expressionMap);
  }

  set(name: string, weight: number): void {
    this.shown.set(name, clamped(weight));
    if (this.manager.getExpression(name)) this.manager.setValue(name, clamped(weight));
    else this.setPresetFor(name);
  }

  reset(): void {
    this.shown.clear();
    this.manager.resetValues();
  }

  update(): void {
    this.manager.update();
  }

  private setPresetFor(name: string): void {
    for (const [preset, parts] of Object.entries(PRESETS)) {
      if (!parts.includes(name)) continue;
      const sum = parts.reduce((total, part) => total + (this.shown.get(part) ?? 0), 0);
      this.manager.setValue(preset, sum / parts.length);
    }
  }
}

export class MorphExpressions implements Expressions {
  readonly names: string[];
  private readonly places = new Map<string, [Mesh, number][]>();

  constructor(scene: Object3D) {
    scene.traverse((object) => {
      const mesh = object as Mesh;
      for (const [name, index] of Object.entries(mesh.morphTargetDictionary ?? {})) {
        this.places.set(name, [...(this.places.get(name) ?? []), [mesh, index]]);
      }
    });
    this.names = [...this.places.keys()];
  }

  set(name: string, weight: number): void {
    for (const [mesh, index] of this.places.get(name) ?? []) mesh.morphTargetInfluences![index] = clamped(weight);
  }

  reset(): void {
    for (const name of this.names) this.set(name, 0);
  }

  update(): void {}
}
