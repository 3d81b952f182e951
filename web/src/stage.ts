// The canvas, the scene and the loop that draws only when there is something new to see.
import { NeutralToneMapping, PCFShadowMap, Scene, Vector2, WebGLRenderer } from "three";
import type { Object3D } from "three";
import { CameraCrew } from "./camera_crew";
import { Studio } from "./studio";

const MAX_PIXEL_RATIO = 2;
const LONGEST_STEP_S = 0.1; // after a pause, springs and clips go on from here
const FPS_WINDOW = 30;
const STILL_PIXEL_RATIO = 2; // what stands still is drawn once more, finer
const STILL_MS = 250;
const FAST_ENOUGH_FPS = 20;

/** What moves on the stage: called once per drawn frame; true while it wants to be drawn again. */
export type Act = (seconds: number) => boolean;

export class Stage {
  readonly scene = new Scene();
  readonly renderer: WebGLRenderer;
  readonly crew: CameraCrew;
  readonly studio: Studio;
  private readonly usualRatio = Math.min(window.devicePixelRatio, MAX_PIXEL_RATIO);
  private still = 0;
  private frame = 0;
  private last = 0;
  private readonly gaps: number[] = [];
  private drawn: (() => void)[] = [];

  constructor(readonly canvas: HTMLCanvasElement, calm: () => boolean, private readonly act: Act) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: "high-performance" });
    this.renderer.debug.checkShaderErrors = false; // asking waits for each of them
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.setPixelRatio(this.usualRatio);
    this.studio = new Studio(this.scene, this.renderer);
    this.crew = new CameraCrew(canvas, calm, () => this.wake());
    canvas.addEventListener("webglcontextrestored", () => this.wake());
  }

  get fps(): number {
    const sum = this.gaps.reduce((total, gap) => total + gap, 0);
    return sum ? (1000 * this.gaps.length) / sum : 0;
  }

  /** Draw soon, once. */
  wake(): void {
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  /** Resolves when what is true now has been drawn. */
  nextDrawn(): Promise<void> {
    return new Promise((resolve) => {
      this.drawn.push(resolve);
      this.wake();
    });
  }

  /** Make ready what drawing that will need, while the page goes on. */
  async prepare(object: Object3D): Promise<void> {
    if (!this.renderer.extensions.has("KHR_parallel_shader_compile")) return;
    await this.renderer.compileAsync(object, this.crew.camera, this.scene);
  }

  resize(width: number, height: number): void {
    const size = this.renderer.getSize(new Vector2());
    if (!width || !height || (size.x === width && size.y === height)) return;
    this.renderer.setSize(width, height, false);
    this.crew.resize(width, height);
    this.draw(); // at once: resizing empties the canvas
  }

  draw(): void {
    this.renderer.render(this.scene, this.crew.camera);
  }

  /** Draw as finely as is sensible; the canvas holds it until the task ends. */
  drawFine(): void {
    this.renderer.setPixelRatio(Math.max(this.usualRatio, STILL_PIXEL_RATIO));
    this.draw();
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.still);
    this.crew.dispose();
    this.studio.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }

  private tick(now: number): void {
    this.frame = 0;
    clearTimeout(this.still);
    if (this.renderer.getPixelRatio() !== this.usualRatio) this.renderer.setPixelRatio(this.usualRatio);
    const gap = now - this.last;
    const seconds = Math.min(gap / 1000, LONGEST_STEP_S);
    if (gap < 1000 * LONGEST_STEP_S * 5) this.gaps.push(gap);
    if (this.gaps.length > FPS_WINDOW) this.gaps.shift();
    this.last = now;
    const cameraMoves = this.crew.update(seconds);
    const actorMoves = this.act(seconds);
    this.draw();
    for (const resolve of this.drawn.splice(0)) resolve();
    if (cameraMoves || actorMoves) this.wake();
    else if (this.fps >= FAST_ENOUGH_FPS) this.still = window.setTimeout(() => this.drawFine(), STILL_MS);
  }
}
