/** Modules in TypeScript. */

import type { Modules, ModuleSource, ModuleText } from "../options.js";
import { helperModule } from "./helpers.js";
import type { ConvertOptions, Transpiler } from "./transpiler.js";

/** The extensions of modules that are converted. */
const CONVERTED = /\.(?:[mc]?ts|tsx|jsx)$/;

/** Modules whose sources are converted by their names. */
export function convertedModules(
  transpiler: Transpiler,
  given: Modules | Record<string, ModuleSource>,
  options: ConvertOptions,
): Modules {
  const modules = asModules(given);
  const prepared = (name: string, source: ModuleSource): { text: ModuleText; options: ConvertOptions } | undefined => {
    const text = typeof source === "string" ? { text: source } : source;
    const isConverted = CONVERTED.test(name) && (text.kind === undefined || text.kind === "es" || text.kind === "commonjs");
    const kind = text.kind === "commonjs" || name.endsWith(".cts") ? "commonjs" : "es";
    return isConverted ? { text, options: { ...options, fileName: name, kind } } : undefined;
  };
  const made: Modules = {
    resolve(specifier, importer, kind) {
      return helperModule(specifier) === undefined ? modules.resolve?.(specifier, importer, kind) : specifier;
    },
    load(name) {
      const source = helperModule(name) ?? modules.load?.(name);
      const to = source === undefined ? undefined : prepared(name, source);
      return to === undefined ? source : { ...to.text, ...transpiler.convertNow(to.text.text, to.options) };
    },
  };
  if (modules.fetch !== undefined) {
    made.fetch = async (name) => {
      const source = helperModule(name) ?? (await modules.fetch!(name));
      const to = source === undefined || source === null ? undefined : prepared(name, source);
      return to === undefined ? source : { ...to.text, ...(await transpiler.convert(to.text.text, to.options)) };
    };
  }
  return made;
}

function asModules(given: Modules | Record<string, ModuleSource>): Modules {
  if (typeof given.load === "function" || typeof given.fetch === "function") {
    return given as Modules;
  }
  const sources = new Map(Object.entries(given as Record<string, ModuleSource>));
  return { load: (name) => sources.get(name) };
}
