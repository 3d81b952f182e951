// Prints the Khronos validator's report on one file as JSON.
import { readFile } from "node:fs/promises";
import { validateBytes } from "gltf-validator";

const data = new Uint8Array(await readFile(process.argv[2]));
const report = await validateBytes(data, { maxIssues: 0 });
process.stdout.write(JSON.stringify(report));
