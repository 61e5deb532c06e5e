// Run by Node.js, of which it prints the sources of built-in modules as JSON: those that are wanted, and what
// these need. Files in `lib` take the place of Node.js's. `data` is what native code of Node.js knows.
"use strict";
process.noDeprecation = true;
const fs = require("node:fs");
const path = require("node:path");
const { builtinModules } = require("node:module");

const natives = process.binding("natives");
const read = (folder) => {
  const found = {};
  for (const entry of fs.readdirSync(path.join(__dirname, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".js")) continue;
    const file = path.join(entry.parentPath, entry.name);
    found[path.relative(path.join(__dirname, folder), file).slice(0, -3)] = fs.readFileSync(file, "utf8");
  }
  return found;
};
const own = read("lib");
const bindings = read("binding");
const { fromNode, without } = JSON.parse(fs.readFileSync(path.join(__dirname, "modules.json"), "utf8"));

// Lines of Node.js's files that rely on V8, with those that take their place.
const edits = {
  // V8 begins a stack with the name and the message of the error.
  "internal/util/inspect": [[
    "    stack = error.stack;\n",
    "    stack = error.stack;\n" +
    "    if (typeof stack === 'string' && StringPrototypeStartsWith(stack, '    at ')) {\n" +
    "      const code = typeof error.code === 'string' && StringPrototypeStartsWith(error.code, 'ERR_') ? ` [${error.code}]` : '';\n" +
    "      const message = error.message === '' ? '' : `: ${error.message}`;\n" +
    "      stack = primordials.StringPrototypeTrimEnd(`${error.name}${code}${message}\\n${stack}`);\n" +
    "    }\n",
  ]],
  // `jsvm test` runs all files in one VM. The file that is running is the program.
  "internal/test_runner/harness": [[
    "  return globalRoot;\n}\n\nasync function startSubtestAfterBootstrap",
    "  globalRoot.entryFile = process.argv?.[1];\n  return globalRoot;\n}\n\nasync function startSubtestAfterBootstrap",
  ]],
};
const edited = (name, text) => (edits[name] ?? []).reduce((text, [before, after]) => {
  if (text.split(before).length !== 2) throw new Error(`${name} has not one place of: ${before}`);
  return text.replace(before, () => after);
}, text);

const sources = {};
const needs = {};
const queue = [...fromNode, ...Object.keys(own)];
while (queue.length > 0) {
  const name = queue.shift();
  if (name in sources || without.includes(name)) continue;
  const text = own[name] ?? (typeof natives[name] === "string" ? edited(name, natives[name]) : undefined);
  if (text === undefined) continue;
  sources[name] = text;
  // Comments name modules, too.
  const code = text.replace(/^\s*(?:\/\/|\*).*$/gm, "");
  const required = [...code.matchAll(/require\(\s*['"](?:node:)?([^'"]+)['"]\s*\)/g)].map((found) => found[1]);
  const native = [...code.matchAll(/internalBinding\(['"]([^'"]+)['"]\)/g)].map((found) => `binding/${found[1]}`);
  // Modules that are loaded through tables of names.
  const lazy = [...code.matchAll(/defineLazyProperties\([^,]+,\s*['"]([^'"]+)['"]/gs)].map((found) => found[1]);
  needs[name] = [...new Set([...required, ...native, ...lazy])];
  queue.push(...required, ...lazy);
}
for (const [name, text] of Object.entries(bindings)) {
  sources[`binding/${name}`] = text;
  const required = [...text.matchAll(/require\(["']([^"']+)["']\)/g)].map((found) => found[1]);
  const native = [...text.matchAll(/internalBinding\(["']([^"']+)["']\)/g)].map((found) => `binding/${found[1]}`);
  needs[`binding/${name}`] = [...new Set([...required, ...native])];
}
// See `binding/tcp_wrap.js`.
needs._http_server.push("internal/jsvm/http_adapter");
for (const name in needs) needs[name] = needs[name].filter((needed) => needed in sources);

// Names that packages still import, and that `builtinModules` has without `node:`.
const modules = builtinModules.map((name) => name.replace(/^node:/, ""));
const schemeOnly = builtinModules.filter((name) => name.startsWith("node:")).map((name) => name.slice(5));

// Modules that cannot work: the names that they export, with plain values.
const missing = {};
// Longer values, such as certificates, are left out.
const MAX_VALUE = 20_000;
const isPlain = (value) => {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return true;
  if (typeof value !== "object") return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && prototype !== Array.prototype) return false;
  return Object.values(value).every(isPlain);
};
for (const name of modules) {
  if (name in sources) continue;
  const exported = require(`node:${name}`);
  missing[name] = [];
  for (const key of Object.getOwnPropertyNames(exported)) {
    if (["length", "name", "prototype", "caller", "arguments"].includes(key)) continue;
    let value;
    try {
      value = exported[key];
    } catch {
      continue;
    }
    if (typeof value === "function") {
      const methods = Object.getOwnPropertyNames(value.prototype ?? {}).filter((method) => {
        const { value: own } = Object.getOwnPropertyDescriptor(value.prototype, method);
        return method !== "constructor" && typeof own === "function";
      });
      missing[name].push([key, "function", methods]);
    } else if (isPlain(value) && JSON.stringify(value).length < MAX_VALUE) {
      missing[name].push([key, "value", value]);
    }
  }
}
const literal = (value) => `() => (${JSON.stringify(value)});`;
const httpMethods = require('node:http').METHODS;
const data = { modules, schemeOnly, needs, node: process.versions.node, httpMethods };
Object.assign(sources, {
  "data/main": literal(data),
  "data/constants": literal(process.binding("constants")),
  "data/uv": literal([...process.binding("uv").getErrorMap()]),
});
for (const [name, exported] of Object.entries(missing)) sources[`missing/${name}`] = literal(exported);
for (const name of ["bootstrap", "primordials"]) sources[name] = fs.readFileSync(path.join(__dirname, `${name}.js`), "utf8");

const WRAPPER = "(exports, require, module, process, internalBinding, primordials) => {";
for (const name in sources) {
  const isOurs = /^(?:binding|data|missing)\/|^(?:bootstrap|primordials)$/.test(name);
  if (!isOurs) sources[name] = `${WRAPPER}${sources[name]}\n}`;
}
process.stdout.write(JSON.stringify(sources));
