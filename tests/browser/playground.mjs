// The playground in a browser, by keyboard alone, without a network, and with the programs of others:
//   node tests/browser/playground.mjs PLAYGROUND_FOLDER PICTURE_FOLDER [TEST]
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

import { chromium } from "playwright-core";

const [folder, pictures, only = ""] = process.argv.slice(2);
await mkdir(pictures, { recursive: true });
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html", ".css": "text/css" };

/** A static host: with headers that let a page share memory, or without. */
async function host(headers) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    const file = path === "/" ? "index.html" : path;
    if (path === "/data.json") {
      response.writeHead(200, { "content-type": "application/json" }).end(`{"from":"the server"}`);
      return;
    }
    try {
      const body = await readFile(join(folder, file));
      response.writeHead(200, { ...headers, "content-type": TYPES[extname(file)] ?? "text/plain" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

const plain = await host({});
const isolated = await host({ "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
});

/** A page of the playground, whose errors fail the test. */
async function playground(address, context) {
  const page = await (context ?? (await browser.newContext({ viewport: { width: 1200, height: 860 } }))).newPage();
  page.on("pageerror", (error) => {
    console.error(`in the page: ${error.stack}`);
    process.exitCode = 1;
  });
  await page.goto(address);
  const state = (text) => page.waitForFunction((text) => document.getElementById("state").textContent === text, text, { timeout: 20_000 });
  const log = () => page.locator("#console").innerText();
  /** Runs a program by the keyboard. */
  const run = async (source) => {
    await page.locator("#source").focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(source);
    await page.keyboard.press("Control+Enter");
  };
  /** Presses a button that Tab reaches. */
  const press = async (id) => {
    for (let count = 0; count < 40; count++) {
      if ((await page.evaluate(() => document.activeElement.id)) === id) {
        await page.keyboard.press("Enter");
        return;
      }
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab does not reach ${id}`);
  };
  const picture = (name) => page.screenshot({ path: join(pictures, `playground-${name}.png`) });
  return { page, state, log, run, press, picture };
}

/** Waits until an element shows a text: values come after the state. */
const shows = (page, selector, pattern) => page.locator(selector).filter({ hasText: pattern }).waitFor();

const tests = {
  async "a program runs, asks, and ends"() {
    const { page, state, log, press, picture } = await playground(plain.address);
    await state("ready");
    await picture("ready");
    await page.locator("#source").focus();
    await page.keyboard.press("Control+Enter");
    await page.locator("#requests input").waitFor();
    assert.match(await log(), /order \{ id: 1815/);
    await picture("asks");
    await page.locator("#requests input").focus();
    await page.keyboard.insertText("yes");
    await page.keyboard.press("Enter");
    await state("ended");
    assert.match(await log(), /paid after \d+ s/);
    await shows(page, "#values", /result: \{/);
    await page.locator("#values summary").first().focus();
    await page.keyboard.press("Enter");
    await page.getByText("paid: true", { exact: true }).waitFor();
    await picture("ended");
    void press;
  },

  async "values of the VM are inspected"() {
    const { page, state, run, log, press } = await playground(plain.address);
    await state("ready");
    await run("var list = [1n, new Map([['a', { deep: true }]]), 'text']; const hidden = 5; function named() {}");
    await state("ended");
    await shows(page, "#values", /list: \[/);
    await page.locator("#expression").focus();
    await page.keyboard.insertText("hidden * 2");
    await page.keyboard.press("Enter");
    await page.getByText("hidden * 2: 10").waitFor();
    await page.locator("#expression").fill("nothing.there");
    await press("expression");
    await page.getByText("nothing is not defined").waitFor();
    assert.match(await log(), /ReferenceError/);
  },

  async "limits hold, and the VM goes on"() {
    const { page, state, run, log } = await playground(plain.address);
    await state("ready");
    await page.locator("#time").fill("200");
    await run("globalThis.kept = 1; for (;;) {}");
    await state("failed");
    assert.match(await log(), /Stopped: the script took more time than limits\.time/);
    await page.locator("#expression").fill("kept + 1");
    await page.locator("#expression").press("Enter");
    await page.getByText("kept + 1: 2").waitFor();
    await page.locator("#memory").fill("8");
    await run("const all = []; for (;;) all.push(new Array(1e5).fill(1.5))");
    await page.waitForFunction(() => /out of memory/.test(document.getElementById("console").textContent));
    await page.locator("#work").fill("5");
    await page.locator("#time").fill("5000");
    await run("for (;;) {}");
    await page.waitForFunction(() => /limits\.work/.test(document.getElementById("console").textContent));
    await run("(function deep() { deep() })()");
    await page.waitForFunction(() => /RangeError/.test(document.getElementById("console").textContent));
  },

  async "a program that computes is stopped"() {
    for (const [address, end] of [[isolated.address, "stopped"], [plain.address, "the VM is gone"]]) {
      const { page, state, run } = await playground(address);
      await state("ready");
      await page.locator("#time").fill("60000");
      await run("globalThis.kept = 1; console.log('begins'); for (;;) {}");
      await page.getByText("begins", { exact: true }).waitFor();
      await page.keyboard.press("Escape");
      await page.waitForFunction((end) => [end, "failed"].includes(document.getElementById("state").textContent), end);
      if (end === "stopped") {
        await page.locator("#expression").fill("kept");
        await page.locator("#expression").press("Enter");
        await page.getByText("kept: 1").waitFor();
      }
    }
  },

  async "a frozen program goes on, twice"() {
    const { page, state, run, log, press } = await playground(plain.address);
    await state("ready");
    await run("let count = 0; const first = await ask('first?'); console.log('got', first, ++count)");
    await state("waiting");
    await press("freeze");
    await page.getByText(/^Frozen: /).waitFor();
    for (const answer of ["one", "two"]) {
      await page.locator("#source").focus();
      await press("thaw");
      await page.locator("#requests input").waitFor();
      await page.locator("#requests input").fill(answer);
      await page.locator("#requests input").press("Enter");
      await state("ended");
      assert.match(await log(), new RegExp(`got ${answer} 1`));
    }
  },

  async "a running program is shared as a link, and runs without fetch and functions"() {
    const { page, state, run, press, picture, log } = await playground(plain.address);
    await state("ready");
    await run(`console.log((await (await fetch("${plain.address}data.json")).json()).from);`);
    await state("ended");
    assert.match(await log(), /the server/);
    await run(`let ticks = 0;
setInterval(() => console.log("tick", ++ticks), 300);
await ask("more?");`);
    await page.waitForFunction(() => /tick 2/.test(document.getElementById("console").textContent));
    await page.locator("#requests input").waitFor();
    await press("share");
    await page.locator("#link").waitFor();
    const link = await page.locator("#link").inputValue();
    assert.ok(link.length < 8400, `${link.length} characters`);
    await picture("shared");

    const other = await playground(link);
    await other.page.waitForFunction(() => /tick [3-9]/.test(document.getElementById("console").textContent));
    assert.ok(await other.page.locator("#foreign").isVisible());
    assert.match(await other.page.locator("#source").inputValue(), /^let ticks = 0/);
    assert.match(await other.page.locator("#requests").innerText(), /waits for ask\(more\?\), which it does not have here/);
    await other.picture("foreign");
    // What the VM had of `fetch` asks, and nobody answers.
    await other.page.locator("#expression").fill(`fetch("${plain.address}data.json").then(() => console.log("reached"), () => {}); 1`);
    await other.page.locator("#expression").press("Enter");
    await other.page.waitForTimeout(600);
    assert.doesNotMatch(await other.log(), /reached/);
    const worker = other.page.workers()[0];
    assert.equal(await worker.evaluate(() => typeof fetch + typeof WebSocket + typeof indexedDB), "undefined".repeat(3));
    // To run the text is to run a program of one's own.
    await other.page.locator("#source").focus();
    await other.page.keyboard.press("Control+Enter");
    await other.page.locator("#requests input").waitFor();
    assert.ok(!(await other.page.locator("#foreign").isVisible()));
    console.log(`  the link of a program that ticks has ${link.length} characters`);
  },

  async "a large program is shared as a file"() {
    const { page, state, run, press, log } = await playground(plain.address);
    await state("ready");
    await run("globalThis.noise = Array.from({ length: 5000 }, () => Math.random()); await ask('?')");
    await state("waiting");
    const download = page.waitForEvent("download");
    await press("share");
    const path = await (await download).path();
    await page.getByText(/more than the 8\.0 KB of a link/).waitFor();
    const other = await playground(plain.address);
    await other.state("ready");
    await other.page.locator("#open").setInputFiles(path);
    await other.page.waitForFunction(() => !document.getElementById("foreign").hidden);
    await other.page.locator("#values summary").first().waitFor();
    await shows(other.page, "#values", /noise: \[/);
    void log;
  },

  async "links and files that are damaged are refused"() {
    for (const fragment of ["#vm=AAAA", "#vm=%%%", "#other", `#vm=${"A".repeat(9000)}`]) {
      const { page } = await playground(plain.address + fragment);
      await page.locator("#console .error").first().waitFor();
    }
    const { page, state, log } = await playground(plain.address);
    await state("ready");
    await page.locator("#open").setInputFiles({ name: "x.snap", mimeType: "application/octet-stream", buffer: Buffer.from("nothing") });
    await page.locator("#console .error").first().waitFor();
    assert.match(await log(), /snapshot/);
  },

  async "the page works without a network"() {
    const context = await browser.newContext({ viewport: { width: 420, height: 900 } });
    const first = await playground(plain.address, context);
    await first.state("ready");
    await first.page.evaluate(() => navigator.serviceWorker.ready);
    await first.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await first.page.close();
    await context.setOffline(true);
    const { state, run, log, press, page, picture } = await playground(plain.address, context);
    await state("ready");
    await run("console.log(6 * 7)");
    await state("ended");
    assert.match(await log(), /42/);
    await press("freeze");
    await page.getByText(/^Frozen: /).waitFor();
    await picture("narrow-offline");
  },
};

try {
  for (const [title, test] of Object.entries(tests).filter(([title]) => title.includes(only))) {
    try {
      await test();
    } catch (error) {
      const pages = browser.contexts().flatMap((context) => context.pages());
      const shown = await Promise.all(pages.map((page) => page.locator("body").innerText().catch(() => "")));
      throw new Error(`${title}: the pages show\n${shown.join("\n---\n")}`, { cause: error });
    }
    await Promise.all(browser.contexts().map((context) => context.close()));
    console.log(`playground: ${title}`);
  }
  console.log(`playground: all of it in Chromium ${browser.version()}; pictures are in ${pictures}`);
} finally {
  await browser.close();
  plain.server.close();
  isolated.server.close();
}
