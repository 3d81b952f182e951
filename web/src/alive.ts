// What keeps a standing figure alive: it blinks now and then.
import type { Expressions } from "./expressions";

const BLINK_S = 0.16;
const BETWEEN_S = [2.4, 5.5] as const; // people at rest blink 10 to 20 times a minute
const LIDS = ["eyeBlinkLeft", "eyeBlinkRight"];

export class Blinking {
  private since = 0;
  private timer = 0;
  private blinking = false;

  constructor(private readonly wake: () => void) {}

  /** Begin or end; the figure blinks only between the two. */
  run(on: boolean): void {
    clearTimeout(this.timer);
    if (on) this.schedule();
  }

  /** Advance; true while the lids move. */
  update(seconds: number, expressions: Expressions): boolean {
    if (!this.blinking) return false;
    this.since += seconds;
    const share = Math.min(this.since / BLINK_S, 1);
    const weight = Math.sin(Math.PI * share);
    const names = expressions.names.includes("blink") ? ["blink"] : LIDS.filter((name) => expressions.names.includes(name));
    for (const name of names) expressions.set(name, share < 1 ? weight : 0);
    this.blinking = share < 1;
    return true;
  }

  private schedule(): void {
    const [least, most] = BETWEEN_S;
    this.timer = window.setTimeout(() => {
      this.blinking = true;
      this.since = 0;
      this.wake();
      this.schedule();
    }, 1000 * (least + (most - least) * Math.random()));
  }
}
