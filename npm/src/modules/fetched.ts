/** Modules whose sources come later: fetched ahead for `import` declarations, and for `import()`. */

import { ScriptError } from "../errors.js";
import type { AsyncHostFunction, Modules, ModuleSource, ModuleText } from "../options.js";
import {
  type ImportAnswer,
  type ImportRequest,
  resolvedKey,
  ROOTS,
  type WireModule,
} from "../protocol.js";
import { isService } from "../services.js";
import { Value } from "../value.js";
import type { Vm } from "../vm.js";
import { missing, resolved, wireModule } from "./resolve.js";

/** What a graph of modules adds to the roots of a VM. */
interface Graph {
  modules: Record<string, WireModule>;
  resolved: Record<string, string>;
}

/** Without a prototype: any text can be the name of a module. */
function emptyGraph(): Graph {
  return { modules: Object.create(null), resolved: Object.create(null) };
}

/** Whether the sources of a VM's modules come later. */
export function isFetched(modules: Modules | undefined): modules is Modules & Required<Pick<Modules, "fetch">> {
  return typeof modules?.fetch === "function";
}

/** Fetches the modules that the source of a module imports, and those that they import. */
export async function fetchImports(vm: Vm, text: string, name: string): Promise<void> {
  const graph = emptyGraph();
  await new Walk(vm, graph).importsOf(text, name);
  keep(vm, graph);
}

/** Fetches a module and all that it imports. Returns its full name. */
export async function fetchModule(vm: Vm, specifier: string, importer: string): Promise<string> {
  const graph = emptyGraph();
  const name = await new Walk(vm, graph).import(specifier, importer, {});
  keep(vm, graph);
  return name;
}

/** Answers the requests of `import()`. */
export function importHandler(vm: Vm): AsyncHostFunction {
  return async ({ specifier, importer, attributes }: ImportRequest): Promise<ImportAnswer> => {
    const graph = emptyGraph();
    const name = await new Walk(vm, graph).import(specifier, importer, attributes);
    return { name, ...graph };
  };
}

/** One walk over a graph of modules. */
class Walk {
  readonly #vm: Vm;
  readonly #graph: Graph;
  readonly #begun = new Map<string, Promise<void>>();

  constructor(vm: Vm, graph: Graph) {
    this.#vm = vm;
    this.#graph = graph;
  }

  async import(specifier: string, importer: string, attributes: Readonly<Record<string, string>>): Promise<string> {
    if (isService(this.#vm.options, specifier)) {
      return specifier;
    }
    const modules = this.#vm.modules!;
    const given = await modules.resolve?.(specifier, importer, "import-statement");
    const name = given ?? resolved(specifier, importer);
    if (typeof name !== "string") {
      throw new TypeError(`modules.resolve(${JSON.stringify(specifier)}) returned no string`);
    }
    this.#graph.resolved[resolvedKey(specifier, importer)] = name;
    if (isFetched(modules)) {
      let begun = this.#begun.get(name);
      if (begun === undefined) {
        begun = this.#fetch(name, attributes);
        this.#begun.set(name, begun);
        // Modules that import each other must not wait for each other.
        await begun;
      }
    }
    return name;
  }

  async #fetch(name: string, attributes: Readonly<Record<string, string>>): Promise<void> {
    if (hasModule(this.#vm, name)) {
      return;
    }
    const modules = this.#vm.modules!;
    const source: ModuleSource | undefined = (await modules.fetch!(name)) ?? modules.load?.(name);
    if (source === undefined || source === null) {
      throw missing(name);
    }
    const text: ModuleText = typeof source === "string" ? { text: source } : { ...source };
    if (attributes.type === "json") {
      text.kind ??= "json";
    }
    const module = wireModule(name, text);
    this.#graph.modules[name] = module;
    if (module.kind === "module") {
      await this.importsOf(module.text, name);
    }
  }

  async importsOf(text: string, name: string): Promise<void> {
    let imports;
    try {
      imports = this.#vm.moduleImports(text, name);
    } catch (error) {
      // The VM throws the syntax error where the module is imported, with its place.
      if (error instanceof ScriptError) {
        return;
      }
      throw error;
    }
    await Promise.all(
      imports.map(({ specifier, attributes }) => this.import(specifier, name, Object.fromEntries(attributes))),
    );
  }
}

function hasModule(vm: Vm, name: string): boolean {
  const root = vm.getRoot(ROOTS.modules);
  const has = root instanceof Value && root.has(name);
  if (root instanceof Value) {
    root.dispose();
  }
  return has;
}

/** Puts a graph into the roots. What is there already stays. */
function keep(vm: Vm, graph: Graph): void {
  merge(vm, ROOTS.modules, graph.modules);
  merge(vm, ROOTS.resolved, graph.resolved);
}

function merge(vm: Vm, root: string, entries: Record<string, unknown>): void {
  const there = vm.getRoot(root);
  const object = there instanceof Value ? there : vm.createObject(null);
  if (object !== there) {
    vm.setRoot(root, object);
  }
  for (const [key, entry] of Object.entries(entries)) {
    if (!object.has(key)) {
      const value = vm.fromData(entry);
      object.set(key, value);
      value.dispose();
    }
  }
  object.dispose();
}
