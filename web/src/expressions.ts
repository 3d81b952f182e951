// Expressions by name, whatever kind of file they are in.
import { VRMExpression, VRMExpressionManager, VRMExpressionMorphTargetBind } from "@pixiv/three-vrm";
import type { Mesh, Object3D } from "three";

// What a VRM without ARKit's expressions shows of them: preset -> the mean of these.
const PRESETS: Record<string, string[]> = {
  blinkLeft: ["eyeBlinkLeft"], blinkRight: ["eyeBlinkRight"], aa: ["jawOpen"], ou: ["mouthPucker"], oh: ["mouthFunnel"],
  happy: ["mouthSmileLeft", "mouthSmileRight"], angry: ["browDownLeft", "browDownRight"],
  sad: ["mouthFrownLeft", "mouthFrownRight"], surprised: ["browInnerUp"],
};

const clamped = (weight: number) => (Number.isFinite(weight) ? Math.min(Math.max(weight, 0), 1) : 0);

export class Expressions {
  readonly names: string[];
  private readonly shown = new Map<string, number>();

  constructor(readonly manager: VRMExpressionManager) {
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

  private setPresetFor(name: string): void {
    for (const [preset, parts] of Object.entries(PRESETS)) {
      if (!parts.includes(name)) continue;
      const sum = parts.reduce((total, part) => total + (this.shown.get(part) ?? 0), 0);
      this.manager.setValue(preset, sum / parts.length);
    }
  }
}

/** A plain GLB's morph targets as expressions of their names. */
export function morphExpressions(scene: Object3D): VRMExpressionManager {
  const manager = new VRMExpressionManager();
  for (const [name, places] of morphsByName(scene)) {
    const expression = new VRMExpression(name);
    for (const [mesh, index] of places) {
      expression.addBind(new VRMExpressionMorphTargetBind({ primitives: [mesh], index, weight: 1 }));
    }
    manager.registerExpression(expression);
    scene.add(expression);
  }
  return manager;
}

function morphsByName(scene: Object3D): Map<string, [Mesh, number][]> {
  const places = new Map<string, [Mesh, number][]>();
  scene.traverse((object) => {
    const mesh = object as Mesh;
    for (const [name, index] of Object.entries(mesh.morphTargetDictionary ?? {})) {
      places.set(name, [...(places.get(name) ?? []), [mesh, index]]);
    }
  });
  return places;
}
