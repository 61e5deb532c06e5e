// The worlds that are compared: how each is built, started and called.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { BENCH, Failure, version } from "./files.mjs";

const ROOT = fileURLToPath(new URL("../", BENCH));

/** Runs a program to its end; what it says on stderr is shown. Answers with its output. */
function output(command, args) {
  const options = { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] };
  return execFileSync(command, args, options);
}

function metadata(manifest) {
  const args = ["metadata", "--format-version", "1", "--manifest-path", manifest];
  return JSON.parse(output("cargo", args));
}

/** Builds our side and says where the program is. */
function jsvm() {
  const args = ["build", "--release", "-p", "jsvm-bench", "--message-format", "json-render-diagnostics"];
  const messages = output("cargo", args).trim().split("\n").map((line) => JSON.parse(line));
  const built = messages.find(({ executable, target }) => executable && target.name === "jsvm-bench");
  return { command: [built.executable], version: metadata("Cargo.toml").packages.find(({ name }) => name === "jsvm").version };
}

/** Builds native QuickJS-NG from the sources that the guest is compiled of, if that is not done yet. */
function native(target) {
  const sys = metadata("guest/Cargo.toml").packages.find(({ name }) => name === "rquickjs-sys");
  const sources = join(dirname(sys.manifest_path), "quickjs");
  const header = readFileSync(join(sources, "quickjs.h"), "utf8");
  const number = ["MAJOR", "MINOR", "PATCH"].map((part) => new RegExp(`QJS_VERSION_${part} (\\d+)`).exec(header)[1]).join(".");
  const gcc = output("gcc", ["-dumpfullversion"]).trim();
  const program = join(target, `native-${number}-gcc-${gcc}`);
  const driver = fileURLToPath(new URL("native/driver.c", BENCH));
  const made = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (made(program) < Math.max(made(driver), made(fileURLToPath(import.meta.url)))) {
    const files = ["quickjs.c", "libregexp.c", "libunicode.c", "dtoa.c"].map((file) => join(sources, file));
    const flags = ["-O2", "-DNDEBUG", "-D_GNU_SOURCE", "-DQUICKJS_NG_BUILD", `-I${sources}`];
    output("gcc", [...flags, "-o", program, driver, ...files, "-lm", "-lpthread"]);
  }
  return { command: [program, fileURLToPath(BENCH)], version: `QuickJS-NG ${number}, gcc ${gcc} -O2` };
}

function node(name) {
  const worker = fileURLToPath(new URL("worker.mjs", import.meta.url));
  return {
    command: [process.execPath, "--expose-gc", worker, name],
    version: `${version(name)}, Node ${process.versions.node}`,
  };
}

/** The first is what the others are compared with. */
export const WORLDS = {
  jsvm,
  "quickjs-wasi": () => node("quickjs-wasi"),
  "quickjs-emscripten": () => node("quickjs-emscripten"),
  native,
};

/** Where the results go, and native QuickJS. */
export function target() {
  const folder = join(metadata("Cargo.toml").target_directory, "peers");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A process that does work when it is asked to. */
export class Process {
  #child;
  #lines;

  constructor({ name, command: [program, ...args] }) {
    this.name = name;
    this.#child = spawn(program, args, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
    // That it is gone is told by its output, which ends.
    this.#child.on("error", () => {});
    this.#child.stdin.on("error", () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** All ways to do some work, with how long each took. */
  async ask(work, milliseconds) {
    this.#child.stdin.write(`${work} ${milliseconds}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Failure(`${this.name} ended while it did ${work}`);
    return JSON.parse(value);
  }

  end() {
    this.#child.stdin.end();
  }
}
