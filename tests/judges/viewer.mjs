// Opens <avatarkit-viewer> on a page of our own server in headless Chromium, takes steps and prints what each gave.
import { createServer } from "node:http";
import { readFile, writeFile } from "node:fs/promises";
import { chromium } from "playwright-core";
import { args } from "./browser.mjs";

const PAGE = `<!doctype html><html lang="en"><title>viewer</title><link rel="icon" href="data:,">
<style>html, body { margin: 0; height: 100% } avatarkit-viewer { height: 100% }</style>
<script src="/viewer.js"></script><avatarkit-viewer id="viewer"></avatarkit-viewer>`;

const { bundle, browser: executablePath, files, size, steps, options } = JSON.parse(process.argv[2]);
const served = { "/viewer.js": bundle, ...Object.fromEntries(Object.entries(files).map(([name, path]) => [`/${name}`, path])) };
const server = createServer(async ({ url }, response) => {
  if (url === "/") return response.setHeader("content-type", "text/html").end(PAGE);
  if (!served[url]) return response.writeHead(404).end();
  response.end(await readFile(served[url]));
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({ executablePath, args });
try {
  const page = await browser.newPage({ viewport: { width: size[0], height: size[1] }, ...options });
  const problems = [];
  const requests = [];
  page.on("console", (message) => {
    if (["warning", "error"].includes(message.type()) && !message.text().includes("GPU stall")) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => requests.push(request.url().replace(origin, "")));
  page.on("websocket", (socket) => requests.push(socket.url()));
  page.setDefaultTimeout(0); // a busy machine is no error
  await page.goto(origin, { timeout: 0 });
  const results = [];
  for (const step of steps) {
    if (step.key) await page.keyboard.press(step.key);
    else if (step.picture) await writeFile(step.picture, Buffer.from(await picture(page), "base64"));
    else results.push(await page.evaluate(step.script));
  }
  process.stdout.write(JSON.stringify({ results, requests, problems }));
} finally {
  await browser.close();
  server.close();
}

async function picture(page) {
  return page.evaluate(async () => {
    const bytes = new Uint8Array(await (await viewer.takePicture()).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  });
}
