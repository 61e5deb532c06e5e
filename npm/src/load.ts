/** Compiling the WebAssembly modules of this package, and what they say about themselves. */

import { EngineError } from "./errors.js";

/** What a module of this package can be compiled of. */
export type EngineSource = WebAssembly.Module | ArrayBuffer | Uint8Array | Response | Promise<Response>;

/** Compiles a module. `what` is its name in errors. */
export async function compile(what: string, source: EngineSource | Promise<EngineSource>): Promise<WebAssembly.Module> {
  try {
    const given = await source;
    if (given instanceof WebAssembly.Module) {
      return given;
    }
    if (typeof Response !== "undefined" && given instanceof Response) {
      if (!given.ok) {
        throw new EngineError(`${what} could not be loaded: ${given.status} ${given.statusText} for ${given.url}`);
      }
      const streams = given.headers.get("content-type")?.startsWith("application/wasm") === true;
      return streams && "compileStreaming" in WebAssembly
        ? await WebAssembly.compileStreaming(given)
        : await WebAssembly.compile(await given.arrayBuffer());
    }
    return await WebAssembly.compile(given as BufferSource);
  } catch (cause) {
    if (cause instanceof EngineError) {
      throw cause;
    }
    throw new EngineError(`${what} could not be compiled: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** Reads a file of this package: by `fetch` in browsers, from the disk elsewhere. */
export async function packaged(url: URL): Promise<EngineSource> {
  if (url.protocol !== "file:") {
    return fetch(url);
  }
  // Bundlers for browsers leave this import alone.
  const fs = "node:fs/promises";
  const { readFile } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ fs)) as {
    readFile(url: URL): Promise<Uint8Array>;
  };
  return readFile(url);
}

/** The custom section by which the modules describe themselves: a name and a value on each line. */
const SECTION = "jsvm";

/** Reads what a module says about itself. */
export function describe(module: WebAssembly.Module): Map<string, string> {
  const lines = new Map<string, string>();
  for (const section of WebAssembly.Module.customSections(module, SECTION)) {
    for (const line of new TextDecoder().decode(section).split("\n")) {
      const blank = line.indexOf(" ");
      if (blank > 0) {
        lines.set(line.slice(0, blank), line.slice(blank + 1));
      }
    }
  }
  return lines;
}

/** The custom section with the names of the functions in a module's table, a line for each. */
const FUNCTION_NAMES = "jsvm-functions";

/** Where the functions of a module are in its table, if it has one. */
export function layoutOf(module: WebAssembly.Module): ReadonlyMap<string, number> | undefined {
  const [section] = WebAssembly.Module.customSections(module, FUNCTION_NAMES);
  if (section === undefined) {
    return undefined;
  }
  return new Map(new TextDecoder().decode(section).split("\n").map((name, index) => [name, index]));
}

/** A number in a module's description. */
export function describedNumber(lines: Map<string, string>, name: string): number {
  const value = Number(lines.get(name));
  if (!Number.isSafeInteger(value) || value <= 0) {
    throw new EngineError(`the module does not say its ${name}: take the file of this version of the package`);
  }
  return value;
}
