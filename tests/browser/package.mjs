// The npm package in Chromium and Firefox: calls, limits, snapshots, a stop from another thread:
//   node tests/browser/package.mjs NPM_FOLDER [JSVM]
// With the program jsvm, also a VM that is frozen in Rust, goes on in the page, and ends in Rust.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join, normalize, resolve } from "node:path";
import { promisify } from "node:util";

import puppeteer from "puppeteer-core";

const folder = process.argv[2];
const jsvm = process.argv[3] === undefined ? undefined : resolve(process.argv[3]);
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

// Pages with these headers may share memory between threads.
const HEADERS = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  if (path === "/slow" && request.headers["sec-fetch-mode"] === undefined) {
    // Only the page gets an answer: in Rust, the request waits.
    return;
  }
  if (path === "/slow" || path === "/last") {
    response.writeHead(200, { ...HEADERS, "content-type": "text/plain" }).end(`${path} ${request.headers["sec-fetch-mode"] ?? "rust"}`);
    return;
  }
  try {
    const body = path === "/" ? "<!doctype html><title>jsvm</title>" : await readFile(join(folder, path));
    response.writeHead(200, { ...HEADERS, "content-type": TYPES[extname(path)] ?? "text/html" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

/** What the page does. Returns what it found. */
async function inPage() {
  const { Engine, EventLoop, InterruptedError, ScriptError } = await import("/dist/index.js");
  const start = performance.now();
  const engine = await Engine.load();
  const found = { load: Math.round(performance.now() - start) };

  const options = {
    functions: { add: (a, b) => a + b },
    asyncFunctions: { later: async (x) => x * 2 },
    requests: ["approve"],
    limits: { time: 200 },
  };
  const vm = engine.createVm(options);
  found.call = vm.evalData("[add(1, 2), 'é'.repeat(3), new Map([[1, new Set([2])]])]").length === 3;
  found.async = (await new EventLoop(vm).eval("later(21)")) === 42;
  try {
    vm.eval("for (;;);");
  } catch (error) {
    found.time = error instanceof InterruptedError && vm.eval("1") === 1;
  }

  vm.eval("globalThis.end = (async () => (await approve('x')) + 1)()");
  await new EventLoop(vm).run();
  const thawed = engine.restore(vm.snapshot(), options);
  thawed.settle(thawed.unsettledRequests()[0].id, 41);
  found.snapshot = (await new EventLoop(thawed).settled(thawed.global.get("end"))) === 42;

  const deep = [
    "function f() { return f() + 1 } f()",
    "eval('('.repeat(1e5) + ')'.repeat(1e5))",
    "({ get x() { return this.x } }).x",
    "let q = {}; for (let i = 0; i < 1e5; i++) q = new Proxy(q, {}); q.x",
    "[1].map(function g() { return [1].map(g) })",
  ];
  found.recursion = deep.every((source) => {
    const own = engine.createVm();
    try {
      own.eval(source);
    } catch (error) {
      return error instanceof ScriptError && !own.isGone;
    }
    return false;
  });

  const flag = new Int32Array(new SharedArrayBuffer(4));
  const code = `onmessage = async ({ data: { url, module, flag } }) => {
    const { Engine } = await import(url);
    const vm = new Engine(module).createVm({ stopFlag: flag, limits: { time: Infinity } });
    postMessage("begins");
    try { vm.eval("for (;;);") } catch (error) { postMessage(error.reason) }
  }`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), { type: "module" });
  found.stopped = await new Promise((resolve, reject) => {
    worker.onerror = reject;
    worker.onmessage = ({ data }) => {
      if (data === "begins") {
        setTimeout(() => Atomics.store(flag, 0, 1), 50);
      } else {
        resolve(data === "requested");
      }
    };
    worker.postMessage({ url: new URL("/dist/index.js", location).href, module: engine.module, flag });
  });
  worker.terminate();

  const { WorkerVm } = await import("/dist/worker/index.js");
  const apart = await WorkerVm.create(engine, { asyncFunctions: { double: async (x) => x * 2 }, limits: { time: Infinity } });
  const endless = apart.eval("for (;;);").catch((error) => error.reason);
  setTimeout(() => apart.interrupt(), 50);
  found.worker = (await endless) === "requested" && (await apart.eval("double(21)")) === 42;
  apart.dispose();
  return found;
}

/** Goes on with a VM that was frozen in Rust. Returns what it printed, and the VM frozen again. */
async function thawInPage(numbers) {
  const { Engine, EventLoop, Snapshot } = await import("/dist/index.js");
  const engine = await Engine.load();
  const lines = [];
  const frozen = await Snapshot.fromBytes(Uint8Array.from(numbers));
  const vm = engine.restore(frozen, { console: (_, text) => lines.push(text), fetch: (url, init) => fetch(url, init) });
  await new EventLoop(vm).run();
  vm.eval("open('gate')");
  vm.runJobs();
  const bytes = await vm.snapshot().toBytes();
  return { lines, log: vm.evalData("log"), bytes: [...bytes] };
}

/** From Rust to the page, and back. */
async function throughThePage(page, origin) {
  const work = await mkdtemp(join(tmpdir(), "jsvm-browser-"));
  const run = (...args) => promisify(execFile)(jsvm, args, { cwd: work });
  try {
    const source = `
      const log = (globalThis.log = []);
      const gate = new Promise((resolve) => { globalThis.open = resolve });
      const late = new Promise((resolve) => setTimeout(resolve, 200, "timer"));
      log.push(await (await fetch("${origin}/slow")).text(), await late);
      console.log("in the page");
      log.push(await gate, await (await fetch("${origin}/last")).text());
      console.log(log.join(", "));`;
    await writeFile(join(work, "program.mjs"), source);
    const net = `--allow-net=${new URL(origin).host}`;
    await run("snapshot", "program.mjs", "--on-pending", "-o", "a.snap", net);
    const { lines, log, bytes } = await page.evaluate(thawInPage, [...(await readFile(join(work, "a.snap")))]);
    assert.deepEqual(lines, ["in the page"]);
    assert.deepEqual(log, ["/slow cors", "timer"]);
    await writeFile(join(work, "b.snap"), Uint8Array.from(bytes));
    const { stdout } = await run("restore", "b.snap", net);
    assert.equal(stdout.trim(), "/slow cors, timer, gate, /last rust");
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const BROWSERS = [
  {
    browser: "chrome",
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
  },
  { browser: "firefox", executablePath: "/usr/bin/firefox-esr" },
];

try {
  for (const options of BROWSERS) {
    const browser = await puppeteer.launch({ ...options, protocol: "webDriverBiDi" });
    try {
      const version = await browser.version();
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      const { load, ...found } = await page.evaluate(inPage);
      const failed = Object.keys(found).filter((name) => found[name] !== true);
      if (failed.length !== 0) throw new Error(`in ${version}, this is wrong: ${failed.join(", ")}`);
      if (jsvm !== undefined) {
        await throughThePage(page, new URL(page.url()).origin);
        found["from Rust and back"] = true;
      }
      console.log(`${version}: ${Object.keys(found).join(", ")}; the engine was there after ${load} ms`);
    } finally {
      await browser.close();
    }
  }
} finally {
  server.close();
}
