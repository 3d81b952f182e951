// The canvas, the scene and the loop that draws only when there is something new to see.
import { NeutralToneMapping, PCFShadowMap, Scene, Vector2, WebGLRenderer } from "three";
import { CameraCrew } from "./camera_crew";
import { Studio } from "./studio";

const MAX_PIXEL_RATIO = 2;
const LONGEST_STEP_S = 0.1; // after a pause, springs and clips go on from here
const FPS_WINDOW = 30;

/** What moves on the stage: called once per drawn frame; true while it wants to be drawn again. */
export type Act = (seconds: number) => boolean;

export class Stage {
  readonly scene = new Scene();
  readonly renderer: WebGLRenderer;
  readonly crew: CameraCrew;
  readonly studio: Studio;
  private frame = 0;
  private last = 0;
  private readonly gaps: number[] = [];
  private drawn: (() => void)[] = [];

  constructor(readonly canvas: HTMLCanvasElement, calm: () => boolean, private readonly act: Act) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: "high-performance" });
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio, MAX_PIXEL_RATIO));
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

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.crew.dispose();
    this.studio.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }

  private tick(now: number): void {
    this.frame = 0;
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
  }
}
