// How long the graphics card really takes for a frame, and how coarsely must be drawn so that what moves stays fluent. A new
// frame begins only when the one before is done: a slow card shows fewer moments, but none of them late.
import { whenDrawn } from "./fence";

const SLOW_MS = 50; // a frame that takes longer is seen as a jerk, so what moves is drawn coarser
const AIM_MS = 35;
const FLUENT_MS = 12; // below this, finer again
const FINER = 1.25;
const COARSER_AT_MOST = 0.5; // of the ratio before: one slow frame may be an accident
const COARSEST = 0.35; // of the usual; below it a face is no face any more

export class Pace {
  ratio: number;
  sketchy: boolean; // few pixels were not enough: what moves is drawn of few triangles, too, from then on
  lastMs = 0;
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
    return this.ratio < this.usual;
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
    this.sketchy ||= ms > SLOW_MS && this.ratio <= COARSEST * this.usual;
    if (ms > SLOW_MS) this.ratio = Math.max(this.ratio * Math.max(Math.sqrt(AIM_MS / ms), COARSER_AT_MOST), COARSEST * this.usual);
    else if (ms < FLUENT_MS) this.ratio = Math.min(this.ratio * FINER, this.usual);
  }
}

/** Whether no graphics card but the processor draws. */
export function drawsBySoftware(gl: WebGL2RenderingContext): boolean {
  const told = gl.getExtension("WEBGL_debug_renderer_info");
  return told !== null && /swiftshader|llvmpipe|softpipe|software|basic render/i.test(String(gl.getParameter(told.UNMASKED_RENDERER_WEBGL)));
}
