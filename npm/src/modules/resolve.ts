/** Names and texts of modules. */

import { MODULE_KIND, type Module } from "../abi/bindings.js";
import type { ModuleSource, ModuleText } from "../options.js";
import type { WireModule } from "../protocol.js";

/** The name of a module: relative specifiers are resolved against that of the importer. */
export function resolved(specifier: string, importer: string): string {
  if (!/^\.{0,2}\//.test(specifier)) {
    return specifier;
  }
  const path = specifier.startsWith("/") ? [] : importer.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      path.pop();
    } else if (part !== "." && part !== "") {
      path.push(part);
    }
  }
  return (specifier.startsWith("/") ? "/" : "") + path.join("/");
}

/** A module that a loader returned, with what is missing filled in. */
export function completed(
  name: string,
  source: ModuleSource,
): Required<Omit<ModuleText, "url" | "mappings">> & { url: string | undefined; mappings: string | undefined } {
  const given: ModuleText = typeof source === "string" ? { text: source } : source;
  const { kind = "es", text, url, mappings, exports = [] } = given;
  const isRight =
    typeof text === "string" &&
    MODULE_KIND.includes(kind) &&
    Array.isArray(exports) &&
    [url, mappings].every((one) => one === undefined || typeof one === "string");
  if (!isRight) {
    throw new TypeError(`the loader returned no module for ${JSON.stringify(name)}: a text, or { text, kind, url, mappings, exports }`);
  }
  return { kind, text, url, mappings, exports: exports.map(String) };
}

/** A module as the VM loads it. */
export function sourceModule(name: string, source: ModuleSource): Module {
  return { tag: "source", val: completed(name, source) };
}

/** A module as a root or an answer has it. */
export function wireModule(name: string, source: ModuleSource): WireModule {
  const { kind, text, url, mappings, exports } = completed(name, source);
  const module: WireModule = { kind: kind === "es" ? "module" : kind, text };
  if (url !== undefined) {
    module.url = url;
  }
  if (mappings !== undefined) {
    module.mappings = mappings;
  }
  if (exports.length > 0) {
    module.exports = exports;
  }
  return module;
}

/** The error for a module that no loader has. */
export function missing(name: string): TypeError {
  return new TypeError(`cannot find the module ${JSON.stringify(name)}`);
}
