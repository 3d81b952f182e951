// The GLB container: a header, a chunk of JSON, a chunk of bytes.
const MAGIC = 0x46546c67; // "glTF"
const HEADER = 12;
const CHUNK_HEADER = 8;

/** JSON and binary part of a container. Throws for what is none. */
export function splitContainer(data: ArrayBuffer): { json: unknown; binary: ArrayBuffer } {
  const view = new DataView(data);
  if (data.byteLength < HEADER + CHUNK_HEADER || view.getUint32(0, true) !== MAGIC) throw new Error("This is no GLB container: its magic is wrong.");
  const length = view.getUint32(HEADER, true);
  const start = HEADER + CHUNK_HEADER;
  const json = JSON.parse(new TextDecoder().decode(new Uint8Array(data, start, length))) as unknown;
  return { json, binary: data.slice(start + length + CHUNK_HEADER) };
}
