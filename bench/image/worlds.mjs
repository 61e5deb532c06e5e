// What is compared, and how it is run.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const jsvm = process.env.JSVM ?? at("target/release/jsvm");
const component = at("components/target/image-rust.wasm");
const script = (name) => at(`examples/image/${name}`);

/** Runs that have less memory than the decoder in JavaScript wants would end without a picture. */
const MEMORY = "3GiB";

const linked = (name) => (photo) =>
  [jsvm, "run", "--link", component, `--allow-read=${dirname(photo)}`, script(name), photo];

export const WORLDS = [
  { name: "pipeline", title: "component, the picture stays there", command: linked("pipeline.js") },
  { name: "bytes", title: "component, bytes each time", command: linked("bytes.js") },
  {
    name: "pure",
    title: "JavaScript in jsvm",
    isSlow: true,
    command: (photo) => [jsvm, "run", "--memory", MEMORY, `--allow-read=${dirname(photo)}`, script("pure.js"), photo],
  },
  { name: "node", title: "JavaScript in Node.js, a JIT", command: (photo) => [process.execPath, script("pure.js"), photo] },
];

/** One run of a process: how long its steps and all of it took, in milliseconds, and the picture. */
export function run({ title, command }, photo) {
  const [program, ...args] = command(photo);
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, [...args, "--json"], { maxBuffer: 2 ** 28 });
  const whole = performance.now() - started;
  if (error) throw error;
  if (status !== 0) throw new Error(`${title}: exit code ${status}\n${stderr}`);
  return { whole, steps: JSON.parse(stderr), picture: stdout };
}

/** What is compared, in which versions. */
export function versions() {
  const lock = readFileSync(at("components/Cargo.lock"), "utf8");
  const packages = JSON.parse(readFileSync(at("examples/image/package-lock.json"), "utf8")).packages;
  return {
    jsvm: execFileSync(jsvm, ["--version"], { encoding: "utf8" }).trim().replace("jsvm ", ""),
    image: /name = "image"\nversion = "(.+)"/.exec(lock)[1],
    "jpeg-js": packages["node_modules/jpeg-js"].version,
    "Node.js": process.versions.node,
  };
}
