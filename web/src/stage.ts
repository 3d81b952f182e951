// The canvas, the scene and the loop that draws only when there is something new to see.
import { NeutralToneMapping, PCFShadowMap, Scene, Vector2, WebGLRenderer } from "three";
import type { Object3D } from "three";
import { CameraCrew } from "./camera_crew";
import { Studio } from "./studio";

const MAX_PIXEL_RATIO = 2;
const LONGEST_STEP_S = 0.1; // after a pause, springs and clips go on from here
const FPS_WINDOW = 30;
const JUDGED_FRAMES = 8;
const SLOW_FPS = 20; // below this, what moves is drawn coarser, step by step
const FLUENT_FPS = 50; // above this, finer again
const COARSER = 0.7;
const COARSEST = 0.5; // of the usual
const STILL_PIXEL_RATIO = 2; // what stands still is drawn once more, finer
const STILL_MS = 250;

/** What moves on the stage: called once per drawn frame; true while it wants to be drawn again. */
export type Act = (seconds: number) => boolean;

export class Stage {
  readonly scene = new Scene();
  readonly renderer: WebGLRenderer;
  readonly crew: CameraCrew;
  readonly studio: Studio;
  private readonly usualRatio = Math.min(window.devicePixelRatio, MAX_PIXEL_RATIO);
  private ratio = this.usualRatio;
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
    this.setRatio(Math.max(this.usualRatio, STILL_PIXEL_RATIO));
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

  private drawStill(): void {
    if (this.ratio < this.usualRatio) {
      this.setRatio(this.usualRatio);
      this.draw();
    } else if (this.fps >= SLOW_FPS) this.drawFine();
  }

  private adapt(): void {
    if (this.gaps.length < JUDGED_FRAMES) return;
    const slow = this.fps < SLOW_FPS && this.ratio > COARSEST * this.usualRatio;
    const fluent = this.fps > FLUENT_FPS && this.ratio < this.usualRatio;
    if (!slow && !fluent) return;
    this.ratio = slow ? this.ratio * COARSER : Math.min(this.ratio / COARSER, this.usualRatio);
    this.gaps.length = 0;
  }

  private setRatio(ratio: number): void {
    if (this.renderer.getPixelRatio() !== ratio) this.renderer.setPixelRatio(ratio);
  }

  private tick(now: number): void {
    this.frame = 0;
    clearTimeout(this.still);
    this.setRatio(this.ratio);
    const gap = now - this.last;
    const seconds = Math.min(gap / 1000, LONGEST_STEP_S);
    if (gap < 1000 * LONGEST_STEP_S * 5) this.gaps.push(gap);
    if (this.gaps.length > FPS_WINDOW) this.gaps.shift();
    this.last = now;
    this.adapt();
    const cameraMoves = this.crew.update(seconds);
    const actorMoves = this.act(seconds);
    this.draw();
    for (const resolve of this.drawn.splice(0)) resolve();
    if (cameraMoves || actorMoves) this.wake();
    else this.still = window.setTimeout(() => this.drawStill(), STILL_MS);
  }
}
