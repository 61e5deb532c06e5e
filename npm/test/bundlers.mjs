// The packed package in projects of Vite and webpack, whose output runs in Chromium:
//   node npm/test/bundlers.mjs FOLDER
// FOLDER has the bundlers in node_modules. The driver of Chromium is that of tests/browser.
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const folder = process.argv[2];
const npm = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(new URL("../../tests/browser/", import.meta.url));
const { chromium } = require("playwright-core");

/** A program that uses each entry of the package. It puts what it found into the page. */
const PROGRAM = `
import { Engine, EventLoop } from "jsvm-engine";
import { QuickJS } from "jsvm-engine/quickjs-wasi";
import { Sandbox, SavedSession } from "jsvm-engine/sandbox";
import { Transpiler } from "jsvm-engine/typescript";

const found = {};
try {
  const vm = (await Engine.load()).createVm({ functions: { price: (item) => item.length / 2 } });
  found.call = vm.evalData("price('tea') + price('cake')") === 3.5;
  found.loop = (await new EventLoop(vm).eval("new Promise((done) => setTimeout(done, 5, 7))")) === 7;
  const other = await QuickJS.create({ extensions: [{ name: "url" }] });
  const frozen = other.snapshot();
  const restored = await QuickJS.restore(frozen);
  found.quickjs = restored.evalCode("new URL('https://a.example/b').pathname").toString() === "/b";
  const sandbox = await Sandbox.create({ typescript: new Transpiler() });
  const session = sandbox.createSession();
  await session.run("const n: number = 6");
  const later = sandbox.restore(await SavedSession.fromBytes(await session.save().toBytes()));
  found.session = (await later.run("n * 7")).value?.json === 42;
} catch (error) {
  found.error = String(error?.stack ?? error);
}
document.title = JSON.stringify(found);
`;

const PAGE = `<!doctype html><meta charset="utf-8"><title></title><script type="module" src="SOURCE"></script>`;

const BUNDLERS = {
  vite: {
    files: { "index.html": PAGE.replace("SOURCE", "./main.js"), "main.js": PROGRAM },
    command: ["vite", "build", "--logLevel", "warn"],
    output: "dist",
  },
  webpack: {
    files: {
      "src/index.js": PROGRAM,
      "webpack.config.mjs": `export default { mode: "production", target: "web", output: { module: true, publicPath: "./" }, experiments: { outputModule: true }, performance: false };`,
    },
    command: ["webpack", "--fail-on-warnings", "--stats", "errors-warnings"],
    output: "dist",
    page: PAGE.replace("SOURCE", "./main.mjs"),
  },
};

const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

const tarball = (await readdir(npm)).find((name) => name.endsWith(".tgz"));
if (tarball === undefined) throw new Error("there is no npm/*.tgz: ./just npm makes it");
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
});
try {
  for (const [name, bundler] of Object.entries(BUNDLERS)) {
    await project(name, bundler);
  }
} finally {
  await browser.close();
}

async function project(name, { files, command: [program, ...args], output, page }) {
  const place = join(folder, name);
  await rm(place, { recursive: true, force: true });
  for (const [path, text] of Object.entries({ ...files, "package.json": `{ "private": true, "type": "module" }` })) {
    await mkdir(join(place, path, ".."), { recursive: true });
    await writeFile(join(place, path), text);
  }
  await run("npm", ["install", "--no-fund", "--no-audit", "--silent", join(npm, tarball)], { cwd: place });
  await run(join(folder, "node_modules/.bin", program), args, { cwd: place });
  const built = join(place, output);
  if (page !== undefined) {
    await writeFile(join(built, "index.html"), page);
  }
  const found = await open(built);
  const failed = Object.keys(found).filter((key) => found[key] !== true);
  if (failed.length !== 0) throw new Error(`built by ${name}, this is wrong: ${JSON.stringify(found)}`);
  const sizes = await Promise.all((await readdir(built, { recursive: true })).map(async (file) => [file, (await stat(join(built, file))).size]));
  const shown = sizes.filter(([file]) => extname(file) in TYPES).map(([file, size]) => `${file} ${size} B`);
  console.log(`${name}: ${Object.keys(found).join(", ")}, in Chromium ${browser.version()}; ${shown.join(", ")}`);
}

/** What a page finds. */
async function open(root) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    try {
      const body = await readFile(join(root, path === "/" ? "index.html" : path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/html" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = await browser.newPage();
  try {
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => document.title !== "", undefined, { timeout: 60_000 }).catch((error) => {
      throw new Error(`the page found nothing: ${errors.join("; ")}`, { cause: error });
    });
    return JSON.parse(await page.title());
  } finally {
    await page.close();
    server.close();
  }
}
