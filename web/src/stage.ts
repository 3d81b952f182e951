// The canvas, the scene and the loop that draws only when there is something new to see.
import { NeutralToneMapping, PCFShadowMap, Scene, Vector2, WebGLRenderer } from "three";
import type { Object3D } from "three";
import { CameraCrew } from "./camera_crew";
import { drawsBySoftware, Pace } from "./pace";
import type { Sketch } from "./sketch";
import { StandingPicture } from "./standing_picture";
import { Studio } from "./studio";

const MAX_PIXEL_RATIO = 2;
const LONGEST_STEP_S = 0.1; // after a pause, springs and clips go on from here
const FPS_WINDOW = 30;
const STILL_PIXEL_RATIO = 2; // what stands still is drawn once more, finer
const PIXELS_BY_SOFTWARE = 400_000; // the processor draws these in about a second
const STILL_MS = 250;
const STILL_BY_SOFTWARE_MS = 700; // who goes on meanwhile would have to wait
const SHARP_MS = 350; // so long a hand rests that does not go on at once
const FAST_MS = 25; // a card that draws a frame in this can draw a finer one unnoticed
const FRAME_MS = 1000 / 60;
const NOW = -1; // in place of the number of a frame that the browser was asked for
const SHADOW_EVERY_MS = 1000; // where frames are slow, shadows follow less often

/** What moves on the stage: called once per drawn frame; true while it wants to be drawn again. */
export type Act = (seconds: number) => boolean;

export class Stage {
  readonly scene = new Scene();
  readonly renderer: WebGLRenderer;
  readonly crew: CameraCrew;
  readonly studio: Studio;
  readonly bySoftware: boolean; // no graphics card but the processor draws
  sketch: Sketch | null = null; // what moves is drawn so, where frames are slow
  private readonly usualRatio = Math.min(window.devicePixelRatio, MAX_PIXEL_RATIO);
  private readonly pace: Pace;
  private readonly standing: StandingPicture;
  private still = 0;
  private frame = 0;
  private wanted = false; // another frame, as soon as the card is free
  private stirred = true; // something that casts shadows has moved
  private molded = false; // it has another shape, by little
  private shaded = 0;
  private fresh = true; // the next frame also makes ready what was never drawn
  private last = 0;
  private readonly gaps: number[] = [];
  private drawn: (() => void)[] = [];

  constructor(readonly canvas: HTMLCanvasElement, calm: () => boolean, private readonly act: Act) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: "high-performance" });
    this.renderer.debug.checkShaderErrors = false; // asking waits for each of them
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.shadowMap.autoUpdate = false;
    this.renderer.setPixelRatio(this.usualRatio);
    const context = this.renderer.getContext() as WebGL2RenderingContext;
    this.bySoftware = drawsBySoftware(context);
    this.pace = new Pace(context, this.usualRatio, this.bySoftware);
    this.standing = new StandingPicture(this.renderer);
    this.studio = new Studio(this.scene, this.renderer);
    this.crew = new CameraCrew(canvas, calm, () => this.wake());
    canvas.addEventListener("webglcontextrestored", () => this.stir());
  }

  get fps(): number {
    const sum = this.gaps.reduce((total, gap) => total + gap, 0);
    return sum ? (1000 * this.gaps.length) / sum : 0;
  }

  /** What moves would be drawn by a sketch. */
  get slow(): boolean {
    return this.pace.sketchy;
  }

  /** Draw soon, once: from another place. */
  wake(): void {
    if (this.pace.busy) this.wanted = true;
    else if (!this.frame) this.frame = this.bySoftware && !document.hidden && performance.now() - this.last > FRAME_MS ? this.tickNow() : requestAnimationFrame((now) => this.tick(now));
  }

  /** After this task, without the wait for the screen: until that comes, a processor has drawn. */
  private tickNow(): number {
    queueMicrotask(() => this.frame && this.tick(performance.now()));
    return NOW;
  }

  /** Draw soon, once: something on the stage has moved. */
  stir(): void {
    this.stirred = true;
    this.molded = false; // more than a shape changes
    this.wake();
  }

  /** The next frame shows something new, and takes as long as that takes. */
  expect(): void {
    this.fresh = true;
    this.stir();
  }

  /** Draw soon, once: something has another shape. Its shadow hardly differs: where frames are slow, it falls anew when all stands. */
  mold(): void {
    if (!this.slow) return this.stir();
    this.molded = true;
    this.wake();
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
    if (this.slow) await this.studio.measure(this.renderer);
    if (!this.renderer.extensions.has("KHR_parallel_shader_compile")) return;
    await this.renderer.compileAsync(object, this.crew.camera, this.scene);
  }

  resize(width: number, height: number): void {
    const size = this.renderer.getSize(new Vector2());
    if (!width || !height || (size.x === width && size.y === height)) return;
    this.standing.stop();
    this.renderer.setSize(width, height, false);
    this.crew.resize(width, height);
    if (this.slow) this.drawSketch();
    else this.draw(); // at once: resizing empties the canvas
    this.wake();
  }

  draw(): void {
    this.renderer.render(this.scene, this.crew.camera);
  }

  /** Draw what moves on slow machines; all, where there is no sketch of it. */
  drawSketch(): void {
    const { light } = this.studio;
    if (this.sketch && light) this.sketch.during(this.scene, this.crew.camera, light, this.renderer.shadowMap.needsUpdate, () => this.draw());
    else this.draw();
  }

  /** Draw as finely as is sensible; the canvas holds it until the task ends. */
  drawFine(): void {
    const { x, y } = this.renderer.getSize(new Vector2());
    const finest = this.bySoftware ? Math.sqrt(PIXELS_BY_SOFTWARE / (x * y)) : STILL_PIXEL_RATIO;
    this.setRatio(Math.max(this.usualRatio, Math.min(finest, STILL_PIXEL_RATIO)));
    this.shade();
    this.draw();
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    clearTimeout(this.still);
    this.pace.dispose();
    this.standing.dispose();
    this.crew.dispose();
    this.studio.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }

  private drawStill(): void {
    if (this.pace.busy) return;
    if (!this.pace.coarse && this.pace.lastMs < FAST_MS) return this.drawFine();
    if (!this.pace.coarse && !this.stirred && !this.molded) return;
    this.drawAside(() => this.draw());
  }

  /** What stands, of few triangles still, without the coarseness of what moves: a tenth of the work of the fine picture. */
  private drawSharp(): void {
    if (!this.pace.busy) this.drawAside(() => this.drawSketch(), () => this.later(() => this.drawStill(), STILL_BY_SOFTWARE_MS - SHARP_MS));
  }

  /** Beside the canvas, while the page goes on; shown when it is whole. */
  private drawAside(draw: () => void, then: () => void = () => undefined): void {
    this.shade();
    this.standing.begin(draw, this.usualRatio, () => {
      const start = performance.now();
      this.setRatio(this.usualRatio);
      this.standing.show();
      this.pace.begun(start, false, () => {
        then();
        this.goOn();
      });
    });
  }

  /** Unless something moves until then. */
  private later(draw: () => void, ms: number): void {
    clearTimeout(this.still);
    if (!this.wanted && !this.frame) this.still = window.setTimeout(draw, ms);
  }

  /** Shadows fall anew in the next frame. */
  private shade(): void {
    this.renderer.shadowMap.needsUpdate = true;
    this.stirred = this.molded = false;
    this.shaded = performance.now();
  }

  private drawTimed(): void {
    const start = performance.now();
    const seen = this.drawn.splice(0);
    if (this.slow) this.drawSketch();
    else this.draw();
    this.pace.begun(start, !this.fresh, () => {
      for (const resolve of seen) resolve();
      if (this.sketch && this.pace.coarse) this.later(() => this.drawSharp(), SHARP_MS);
      else this.later(() => this.drawStill(), this.bySoftware ? STILL_BY_SOFTWARE_MS : STILL_MS);
      this.goOn();
    });
  }

  /** The card is free: what was asked for meanwhile comes next. */
  private goOn(): void {
    if (this.wanted) this.wake();
    this.wanted = false;
  }

  private setRatio(ratio: number): void {
    if (this.renderer.getPixelRatio() !== ratio) this.renderer.setPixelRatio(ratio);
  }

  private tick(now: number): void {
    this.frame = 0;
    if (this.pace.busy) return this.wake(); // asked for while the frame before was being made ready: one at a time
    clearTimeout(this.still);
    this.standing.stop();
    this.setRatio(this.pace.ratio);
    const gap = now - this.last;
    if (this.slow && gap > STILL_BY_SOFTWARE_MS) this.shaded = now; // after rest, shadows follow when it has lasted
    const seconds = Math.min(gap / 1000, LONGEST_STEP_S);
    if (gap < 1000 * LONGEST_STEP_S * 5) this.gaps.push(gap);
    if (this.gaps.length > FPS_WINDOW) this.gaps.shift();
    this.last = now;
    const cameraMoves = this.crew.update(seconds);
    const actorMoves = this.act(seconds);
    this.stirred ||= actorMoves;
    if (this.stirred && (!this.pace.coarse || (now - this.shaded > SHADOW_EVERY_MS && !this.molded))) this.shade();
    this.drawTimed();
    this.fresh = false;
    if (cameraMoves || actorMoves) this.wake();
  }
}
