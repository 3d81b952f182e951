// Prints the Khronos validator's reports on the named files as a JSON list, in their order.
import { readFile } from "node:fs/promises";
import { validateBytes } from "gltf-validator";

const reports = [];
for (const path of process.argv.slice(2)) {
  reports.push(await validateBytes(new Uint8Array(await readFile(path)), { maxIssues: 0 }));
}
process.stdout.write(JSON.stringify(reports));
