// Where the camera stands: framing of face, bust and body, orbit, and a zoom that ends at the face.
import { PerspectiveCamera, Vector3 } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { measure } from "./measures";
import type { Measures } from "./measures";

export type View = "face" | "bust" | "body";
export const VIEWS: readonly View[] = ["face", "bust", "body"];

const FOV_DEG = 22; // about an 85 mm portrait lens
const FACE_BEFORE_JOINT = 0.3; // of the head's height: so much nearer than the joint is the face
const MARGIN = 1.08;
const TURN = Math.PI / 24;
const STEP = 1.12;
const GLIDE_S = 0.35;

/** Upper and lower edge in head heights from the chin, and the width that must fit; null frames the whole figure. */
const FRAMES: Record<View, { top: number; bottom: number; width: number } | null> = {
  face: { top: 1.14, bottom: -0.2, width: 1.0 },
  bust: { top: 1.24, bottom: -0.85, width: 1.7 },
  body: null,
};

interface Place {
  middle: Vector3;
  distance: number;
}

export class CameraCrew {
  readonly camera = new PerspectiveCamera(FOV_DEG, 1, 0.01, 100);
  private readonly controls: OrbitControls;
  private measures: Measures = measure([], null);
  private glide: { from: Vector3; to: Vector3; fromTarget: Vector3; toTarget: Vector3; share: number } | null = null;
  private moving = false;
  view: View = "bust";
  floor = 0; // so much of the picture's height stays free below the whole figure

  constructor(element: HTMLElement, private readonly calm: () => boolean, changed: () => void) {
    this.controls = new OrbitControls(this.camera, element);
    this.controls.enablePan = false;
    this.controls.enableDamping = true;
    this.controls.dampingFactor = 0.12;
    this.controls.minPolarAngle = 0.22 * Math.PI;
    this.controls.maxPolarAngle = 0.6 * Math.PI;
    this.controls.rotateSpeed = 0.7;
    this.controls.addEventListener("change", () => {
      this.moving = true;
      changed();
    });
    this.controls.addEventListener("start", () => (this.glide = null));
    element.style.touchAction = "pan-y"; // a finger that strokes along the page still scrolls it
  }

  /** Take the measures of a first subject and look at it. */
  meet(measures: Measures, view: View): void {
    this.measures = measures;
    this.look(view, true);
  }

  /** Another subject stands where one stood: it is seen from the same side and as large. */
  meetNext(measures: Measures): void {
    const before = this.place(this.view).distance;
    this.measures = measures;
    this.bound();
    if (this.glide) this.look(this.view);
    else this.zoom(this.place(this.view).distance / before);
  }

  look(view: View, atOnce = false): void {
    this.view = view;
    this.bound();
    const { middle, distance } = this.place(view);
    const position = middle.clone().add(new Vector3(0, 0, distance));
    if (atOnce || this.calm()) {
      this.camera.position.copy(position);
      this.controls.target.copy(middle);
      this.glide = null;
      this.controls.update();
    } else {
      this.glide = { from: this.camera.position.clone(), to: position, fromTarget: this.controls.target.clone(), toTarget: middle, share: 0 };
    }
  }

  resize(width: number, height: number): void {
    const before = this.place(this.view).distance;
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.zoom(this.place(this.view).distance / before);
  }

  turn(yaw: number, pitch: number): void {
    const offset = this.camera.position.clone().sub(this.controls.target);
    offset.applyAxisAngle(new Vector3(0, 1, 0), yaw * TURN);
    const side = new Vector3(0, 1, 0).cross(offset).normalize();
    offset.applyAxisAngle(side, pitch * TURN);
    this.camera.position.copy(this.controls.target).add(offset);
    this.controls.update();
  }

  step(nearer: boolean): void {
    this.zoom(nearer ? 1 / STEP : STEP);
  }

  /** Advance by some seconds; whether the camera is still on its way. */
  update(seconds: number): boolean {
    this.moving = false;
    if (this.glide) this.advance(seconds);
    this.controls.update();
    if (!this.glide) this.followZoom();
    return this.moving || this.glide !== null;
  }

  dispose(): void {
    this.controls.dispose();
  }

  private bound(): void {
    const [near, far] = [this.place("face").distance, this.place("body").distance];
    this.controls.minDistance = 0.6 * near;
    this.controls.maxDistance = 1.6 * Math.max(far, near);
  }

  private zoom(factor: number): void {
    const offset = this.camera.position.clone().sub(this.controls.target).multiplyScalar(factor);
    offset.clampLength(this.controls.minDistance, this.controls.maxDistance);
    this.camera.position.copy(this.controls.target).add(offset);
    this.followZoom();
    this.controls.update();
  }

  private advance(seconds: number): void {
    const glide = this.glide!;
    glide.share = Math.min(glide.share + seconds / GLIDE_S, 1);
    const eased = glide.share * glide.share * (3 - 2 * glide.share);
    this.camera.position.lerpVectors(glide.from, glide.to, eased);
    this.controls.target.lerpVectors(glide.fromTarget, glide.toTarget, eased);
    if (glide.share === 1) this.glide = null;
  }

  /** Near by, the camera looks at the face; far off, at the whole figure. */
  private followZoom(): void {
    const places = VIEWS.map((view) => this.place(view)).sort((a, b) => a.distance - b.distance);
    const distance = this.camera.position.distanceTo(this.controls.target);
    let wanted = places[0]!.middle.y;
    for (let k = 1; k < places.length; k++) {
      const [near, far] = [places[k - 1]!, places[k]!];
      const share = (distance - near.distance) / Math.max(far.distance - near.distance, 1e-6);
      if (share > 0) wanted = near.middle.y + (far.middle.y - near.middle.y) * Math.min(share, 1);
    }
    const change = wanted - this.controls.target.y;
    if (Math.abs(change) < 1e-5) return;
    this.controls.target.y += change;
    this.camera.position.y += change;
    this.moving = true;
  }

  private place(view: View): Place {
    const high = Math.tan((FOV_DEG * Math.PI) / 360);
    const wide = high * this.camera.aspect;
    const frame = FRAMES[view];
    if (!frame) return this.wholePlace(high, wide);
    const { chin, headHeight: height } = this.measures;
    const middle = chin.clone().add(new Vector3(0, (0.5 * (frame.top + frame.bottom)) * height, 0));
    return { middle, distance: 0.5 * Math.max(((frame.top - frame.bottom) * height) / high, (frame.width * height) / wide) + FACE_BEFORE_JOINT * height };
  }

  private wholePlace(high: number, wide: number): Place {
    const size = this.measures.whole.getSize(new Vector3()).multiplyScalar(MARGIN);
    const middle = this.measures.whole.getCenter(new Vector3());
    const distance = 0.5 * Math.max(size.y / (high * (1 - this.floor)), size.x / wide);
    middle.y -= this.floor * high * distance;
    return { middle, distance: distance + 0.5 * size.z };
  }
}
