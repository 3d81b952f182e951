// Bundles the viewer: dist/viewer.js, and dist/LICENSES.txt with the licences of what is inside it.
import { build } from "esbuild";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const output = join(process.argv[2] ?? join(here, "dist"));

const result = await build({
  absWorkingDir: here,
  entryPoints: ["src/element.ts"],
  bundle: true,
  format: "iife",
  target: "es2022",
  minify: true,
  legalComments: "none", // LICENSES.txt holds them whole
  metafile: true,
  write: false,
});

await mkdir(output, { recursive: true });
await writeFile(join(output, "viewer.js"), result.outputFiles[0].contents);
await writeFile(join(output, "LICENSES.txt"), await licences(Object.keys(result.metafile.inputs)));

async function licences(inputs) {
  const inside = inputs.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean);
  const texts = [...new Set(inside)].sort().map(async (name) => {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(join(folder, file), "utf8") : `Licence: ${license}\n`;
    return `${name} ${version}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join("\n----\n\n");
}
