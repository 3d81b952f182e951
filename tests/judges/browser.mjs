// A page of ours in headless Chromium: bundled, opened without any address, its warnings and errors kept.
import { build } from "esbuild";
import { chromium } from "playwright-core";

// WebGL by software, and no talk with anybody outside.
export const args = [
  "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--disable-quic",
  "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

export async function withPage(script, executablePath, size, use) {
  const bundle = await build({ entryPoints: [script], bundle: true, write: false, format: "iife", logLevel: "silent" });
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
    return { ...(await use(page)), problems };
  } finally {
    await browser.close();
  }
}
