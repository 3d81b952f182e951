// Loads a VRM with three-vrm in headless Chromium, prints what was found as JSON and saves pictures.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const { path, browser: executablePath, expression, view, size, folder } = JSON.parse(process.argv[2]);
// WebGL by software, and no talk with anybody outside.
const args = [
  "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--disable-quic",
  "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

const bundle = await build({
  entryPoints: ["page.js"], bundle: true, write: false, format: "iife", logLevel: "silent",
});
const browser = await chromium.launch({ executablePath, args });
try {
  const page = await browser.newPage({ viewport: { width: size[0], height: size[1] } });
  const problems = [];
  page.on("console", (message) => {
    const driverNote = message.text().includes("GPU stall"); // we read pixels back on purpose
    if (["warning", "error"].includes(message.type()) && !driverNote) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.setContent("<!doctype html><body style='margin:0'><canvas></canvas>");
  await page.addScriptTag({ content: bundle.outputFiles[0].text });
  const base64 = (await readFile(path)).toString("base64");
  const found = await page.evaluate((request) => window.judge(request), { base64, expression, view, size });
  const { pictures, ...report } = found;
  if (folder) {
    await mkdir(folder, { recursive: true });
    for (const [name, url] of Object.entries(pictures)) {
      await writeFile(join(folder, `${name}.png`), Buffer.from(url.split(",")[1], "base64"));
    }
  }
  process.stdout.write(JSON.stringify({ ...report, problems }));
} finally {
  await browser.close();
}
