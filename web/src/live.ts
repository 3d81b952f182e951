// Follows a WebSocket that sends live moments; comes back by itself when the other side does.

/** One moment of a live motion: rotations from the normalized pose, local, xyzw, subject facing +Z; root in metres from rest. */
export interface Moment {
  type: "moment";
  version: number;
  time_s: number;
  sent_s: number;
  root?: number[];
  bones?: Record<string, number[]>;
  expressions?: Record<string, number>;
}

const VERSION = 1;
const RETRY_MS = [250, 500, 1000, 2000, 4000];

/** A message as a moment; null for what is none. */
export function readMoment(message: unknown): Moment | null {
  if (message instanceof ArrayBuffer) return null;
  const value: unknown = typeof message === "string" ? parsed(message) : message;
  if (typeof value !== "object" || value === null) return null;
  const moment = value as Moment;
  return moment.type === "moment" && moment.version === VERSION ? moment : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export class Follower {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private timer = 0;

  constructor(private readonly url: string, private readonly use: (moment: Moment) => void, private readonly lost: (text: string) => void) {
    this.connect();
  }

  close(): void {
    clearTimeout(this.timer);
    if (this.socket) this.socket.onclose = null;
    this.socket?.close();
    this.socket = null;
  }

  private connect(): void {
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => (this.attempt = 0);
    socket.onmessage = ({ data }) => {
      const moment = readMoment(data);
      if (moment) this.use(moment);
    };
    socket.onclose = () => this.retry();
    this.socket = socket;
  }

  private retry(): void {
    if (this.attempt === 0) this.lost(`No live motion at ${this.url}; trying again.`);
    this.timer = window.setTimeout(() => this.connect(), RETRY_MS[Math.min(this.attempt, RETRY_MS.length - 1)]);
    this.attempt += 1;
  }
}
