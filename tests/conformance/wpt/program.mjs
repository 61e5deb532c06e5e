// Makes programs of web-platform-tests: files that Node.js and jsvm run alike, and that print a line for each test.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Before a line with the name, the status and the message of a test, as JSON. */
export const MARK = "RESULT ";

// What the tests and their harness expect of a place that is no window. They fetch files beside them.
const PLACE = (folder, root, search) => `
globalThis.self = globalThis;
globalThis.GLOBAL = { isWindow: () => false, isWorker: () => false, isShadowRealm: () => false };
globalThis.location = { search: ${JSON.stringify(search)}, href: "http://web-platform.test/" };
globalThis.fetch = async (name) => {
  const path = name.startsWith("/") ? ${JSON.stringify(root)} + name : ${JSON.stringify(folder)} + "/" + name;
  const bytes = require("node:fs").readFileSync(path);
  return new Response(bytes);
};`;

const REPORT = `
add_completion_callback((tests) => {
  for (const { name, status, message } of tests) console.log(${JSON.stringify(MARK)} + JSON.stringify([name, status, message]));
  // Ports of messages that a test leaves open would keep the program.
  process.exit();
});`;

/** The variants of a test, such as `?1-10`: parts that run on their own. */
export async function variants(path) {
  const found = [...(await readFile(path, "utf8")).matchAll(/^\/\/ META: variant=(.*)$/gm)].map(([, variant]) => variant);
  return found.length > 0 ? found : [""];
}

/** The source of a program. `root` is the folder with `resources`. */
export async function program(path, root, variant) {
  const text = await readFile(path, "utf8");
  const folder = dirname(path);
  const scripts = [...text.matchAll(/^\/\/ META: script=(.*)$/gm)].map(([, script]) =>
    script.startsWith("/") ? join(root, script) : join(folder, script),
  );
  const harness = join(root, "resources", "testharness.js");
  const parts = await Promise.all([harness, ...scripts, path].map((part) => readFile(part, "utf8")));
  return [PLACE(folder, root, variant), parts[0], REPORT, ...parts.slice(1)].join("\n;\n");
}
