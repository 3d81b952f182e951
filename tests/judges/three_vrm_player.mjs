// Plays a VRM animation on a VRM with three-vrm in headless Chromium and prints where its bones are at some times.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withPage } from "./browser.mjs";

const { model, motion, browser, times, size, folder } = JSON.parse(process.argv[2]);
const request = { times, size };
for (const [name, path] of Object.entries({ model, motion })) request[name] = (await readFile(path)).toString("base64");
const report = await withPage("player_page.js", browser, size, (page) =>
  page.evaluate((wanted) => window.play(wanted), request),
);
await mkdir(folder, { recursive: true });
for (const [number, moment] of report.moments.entries()) {
  await writeFile(join(folder, `${number}.png`), Buffer.from(moment.picture.split(",")[1], "base64"));
  delete moment.picture;
}
process.stdout.write(JSON.stringify(report));
