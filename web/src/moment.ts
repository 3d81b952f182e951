// One moment of a live motion, from its JSON or its binary form (avatarkit/stream/moment_json.py, moment_binary.py).
import { ARKIT_NAMES, HUMAN_BONES } from "./vocabulary";

/**
 * Rotations are from the normalized pose, local, xyzw, subject facing +Z. `root` is the hips' place less that in the T-pose, in
 * metres of a body whose hips are `hip_height_m` high (our own without it). What is not named stays as it is.
 */
export interface Moment {
  time_s: number;
  sent_s: number;
  seen: boolean;
  hip_height_m: number | null;
  root: number[] | null;
  bones: Record<string, number[]>;
  expressions: Record<string, number>;
}

const VERSION = 1;
const MAGIC = 0x4d4c4b41; // "AKLM"
const HEADER = 56;
const FULL_TURN = 32767;
const FULL_WEIGHT = 65535;

/** A message as a moment; null for what is none. */
export function readMoment(message: unknown): Moment | null {
  if (message instanceof ArrayBuffer) return fromBytes(new DataView(message));
  if (ArrayBuffer.isView(message)) return fromBytes(new DataView(message.buffer, message.byteOffset, message.byteLength));
  return fromObject(typeof message === "string" ? parsed(message) : message);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fromObject(message: unknown): Moment | null {
  if (typeof message !== "object" || message === null) return null;
  const told = message as Record<string, unknown>;
  if (told.type !== "moment" || told.version !== VERSION) return null;
  const bones = Object.entries(record(told.bones)).filter(([, parts]) => isNumbers(parts, 4)) as [string, number[]][];
  const expressions = Object.entries(record(told.expressions)).filter(([, weight]) => Number.isFinite(weight)) as [string, number][];
  return {
    time_s: number(told.time_s) ?? 0,
    sent_s: number(told.sent_s) ?? 0,
    seen: told.seen !== false,
    hip_height_m: number(told.hip_height_m),
    root: isNumbers(told.root, 3) ? told.root : null,
    bones: Object.fromEntries(bones),
    expressions: Object.fromEntries(expressions),
  };
}

function fromBytes(view: DataView): Moment | null {
  if (view.byteLength < HEADER || view.getUint32(0, true) !== MAGIC || view.getUint16(4, true) !== VERSION) return null;
  const bones = chosen(HUMAN_BONES, view.getBigUint64(40, true));
  const expressions = chosen(ARKIT_NAMES, view.getBigUint64(48, true));
  const weightsFrom = HEADER + 8 * bones.length;
  if (view.byteLength < weightsFrom + 2 * expressions.length) return null;
  const turn = (bone: number) => [0, 2, 4, 6].map((part) => view.getInt16(HEADER + 8 * bone + part, true) / FULL_TURN);
  const weight = (k: number) => view.getUint16(weightsFrom + 2 * k, true) / FULL_WEIGHT;
  const root = [28, 32, 36].map((at) => view.getFloat32(at, true));
  return {
    time_s: view.getFloat64(8, true),
    sent_s: view.getFloat64(16, true),
    seen: (view.getUint16(6, true) & 1) === 1,
    hip_height_m: view.getFloat32(24, true),
    root: isNumbers(root, 3) ? root : null,
    bones: Object.fromEntries(bones.map((name, k) => [name, turn(k)])),
    expressions: Object.fromEntries(expressions.map((name, k) => [name, weight(k)])),
  };
}

function chosen(names: string[], mask: bigint): string[] {
  return names.filter((_, bit) => (mask >> BigInt(bit)) & 1n);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function isNumbers(value: unknown, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every(Number.isFinite);
}
