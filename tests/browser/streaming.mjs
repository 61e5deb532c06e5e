// What a browser shows of examples/http/react-streaming before and after the delayed part, as pictures:
//   node tests/browser/streaming.mjs JSVM FOLDER
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [jsvm, folder] = process.argv.slice(2);
const program = fileURLToPath(new URL("../../examples/http/react-streaming/server.tsx", import.meta.url));
// Long enough for a picture of the first part, also on a slow machine.
const DELAY = 8000;

const server = spawn(jsvm, ["serve", program, "--addr", "127.0.0.1:0"], { stdio: ["ignore", "inherit", "pipe"] });
try {
  const address = await new Promise((resolve, reject) => {
    server.on("exit", (code) => reject(new Error(`jsvm serve ended with ${code}`)));
    createInterface(server.stderr).on("line", (line) => {
      const found = line.match(/serving on (http:\S+)/);
      if (found) resolve(found[1]);
    });
  });
  await mkdir(folder, { recursive: true });
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 640, height: 400 } });
    const opened = performance.now();
    // The page is loaded when its last part is there: that is not waited for.
    await page.goto(`${address}/?delay=${DELAY}`, { waitUntil: "commit" });
    await page.waitForSelector("#loading", { state: "visible" });
    const first = performance.now() - opened;
    if (first >= DELAY) throw new Error(`the first part came after ${first} ms, with all the rest`);
    if (await page.isVisible("#reviews")) throw new Error("the delayed part is there already");
    await page.screenshot({ path: join(folder, "before.png") });
    await page.waitForSelector("#reviews", { state: "visible" });
    const second = performance.now() - opened;
    if (second < DELAY) throw new Error(`the delayed part came after ${second} ms`);
    if (await page.isVisible("#loading")) throw new Error("the fallback is still there");
    await page.screenshot({ path: join(folder, "after.png") });
    console.log(`first part after ${first.toFixed()} ms, second after ${second.toFixed()} ms; pictures are in ${folder}`);
  } finally {
    await browser.close();
  }
} finally {
  server.removeAllListeners("exit");
  server.kill();
}
