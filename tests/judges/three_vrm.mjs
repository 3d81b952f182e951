// Loads a VRM with three-vrm in headless Chromium, prints what was found as JSON and saves pictures.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withPage } from "./browser.mjs";

const { path, browser, expression, view, size, folder } = JSON.parse(process.argv[2]);
const base64 = (await readFile(path)).toString("base64");
const { pictures, ...report } = await withPage("page.js", browser, size, (page) =>
  page.evaluate((request) => window.judge(request), { base64, expression, view, size }),
);
if (folder) {
  await mkdir(folder, { recursive: true });
  for (const [name, url] of Object.entries(pictures)) {
    await writeFile(join(folder, `${name}.png`), Buffer.from(url.split(",")[1], "base64"));
  }
}
process.stdout.write(JSON.stringify(report));
