// Moves a VRM with three-vrm in headless Chromium, frame by frame, and prints what followed: springs, eyes, what a wearer sees.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withPage } from "./browser.mjs";

const { model, motion, browser, folder, ...request } = JSON.parse(process.argv[2]);
request.model = (await readFile(model)).toString("base64");
if (motion) request.motion = (await readFile(motion)).toString("base64");
const { pictures, ...report } = await withPage("moving_page.js", browser, request.size, (page) =>
  page.evaluate((wanted) => window.move(wanted), request),
);
await mkdir(folder, { recursive: true });
for (const [name, url] of Object.entries(pictures)) {
  await writeFile(join(folder, `${name}.png`), Buffer.from(url.split(",")[1], "base64"));
}
process.stdout.write(JSON.stringify(report));
