// Follows a WebSocket that sends live moments; comes back by itself when the other side does.
import { readMoment } from "./moment";
import type { Moment } from "./moment";

const RETRY_MS = [250, 500, 1000, 2000, 4000];

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
