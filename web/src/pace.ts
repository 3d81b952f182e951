// How long the graphics card really takes for a frame, and how coarsely must be drawn so that what moves stays fluent. A new
// frame begins only when the one before is done: a slow card shows fewer moments, but none of them late.
import { whenDrawn } from "./fence";

const SLOW_MS = 50; // a frame that takes longer is seen as a jerk, so what moves is drawn coarser
const AIM_MS = 35;
const FINER = 1.25;
const FLUENT_MS = AIM_MS / FINER ** 2; // below this, finer again: so much longer it may take then
const SLOW_FRAMES = 2; // one slow frame may be an accident
const FLUENT_FRAMES = 8;
const COARSER_AT_MOST = 0.5; // of the ratio before
const COARSEST = 0.35; // of the usual; below it a face is no face any more

export class Pace {
  ratio: number;
  sketchy: boolean; // few pixels were not enough: what moves is drawn of few triangles, too, from then on
  lastMs = 0;
  private judged: number[] = []; // frames at this ratio, in milliseconds
  private stopWaiting: (() => void) | null = null;

  constructor(private readonly gl: WebGL2RenderingContext, private readonly usual: number, slow: boolean) {
    this.ratio = slow ? COARSER_AT_MOST * usual : usual;
    this.sketchy = slow;
  }

  /** The last frame is still being drawn. */
  get busy(): boolean {
    return this.stopWaiting !== null;
  }

  /** What moves is drawn coarser than what stands. */
  get coarse(): boolean {
    return this.sketchy || this.ratio < this.usual;
  }

  /** A frame was begun at `start`; `done` is called when it is drawn. Frames that are `judged` decide how coarse the next are. */
  begun(start: number, judged: boolean, done: () => void): void {
    this.stopWaiting = whenDrawn(this.gl, () => {
      this.stopWaiting = null;
      this.lastMs = performance.now() - start;
      if (judged) this.judge(this.lastMs);
      done();
    });
  }

  dispose(): void {
    this.stopWaiting?.();
  }

  private judge(ms: number): void {
    const last = (count: number) => (this.judged.length < count ? null : this.judged.slice(-count));
    this.judged = [...this.judged, ms].slice(-FLUENT_FRAMES);
    if (last(SLOW_FRAMES)?.every((one) => one > SLOW_MS)) this.slowDown(ms);
    else if (last(FLUENT_FRAMES)?.every((one) => one < FLUENT_MS)) this.setRatio(this.ratio * FINER);
  }

  private slowDown(ms: number): void {
    this.sketchy ||= this.ratio <= COARSEST * this.usual;
    this.setRatio(this.ratio * Math.max(Math.sqrt(AIM_MS / ms), COARSER_AT_MOST));
  }

  private setRatio(ratio: number): void {
    this.ratio = Math.min(Math.max(ratio, COARSEST * this.usual), this.usual);
    this.judged = [];
  }
}

/** Whether no graphics card but the processor draws. */
export function drawsBySoftware(gl: WebGL2RenderingContext): boolean {
  const told = gl.getExtension("WEBGL_debug_renderer_info");
  return told !== null && /swiftshader|llvmpipe|softpipe|software|basic render/i.test(String(gl.getParameter(told.UNMASKED_RENDERER_WEBGL)));
}
