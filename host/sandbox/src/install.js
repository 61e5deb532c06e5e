// What a session has in its VM: the global objects `tools` and `files`. All state is here, so a
// snapshot of the VM contains it.
//
// The value is a function that installs both, with `request`, the function whose calls the embedder
// answers. It returns what the embedder calls, which scripts cannot reach.
(function (request) {
  "use strict";
  const { stringify, parse } = JSON;
  const { create, defineProperty, freeze, keys } = Object;
  const { isView } = ArrayBuffer;

  // Tools.

  /** The details of the errors that tools ended with, for the embedder. */
  const details = new WeakMap();

  function fail(error, { message, ...detail }) {
    const frames = error.stack.replace(/^(?! *at ).*\n/, "");
    const set = (key, value) =>
      defineProperty(error, key, { value, writable: true, configurable: true });
    set("name", "ToolError");
    set("message", message);
    set("stack", `ToolError: ${message}\n${frames}`);
    for (const key of keys(detail)) {
      error[key] = detail[key];
    }
    details.set(error, detail);
    return error;
  }

  function tool(name) {
    const call = async (...args) => {
      // Made now, because its stack says where the script called the tool.
      const error = new Error("");
      if (args.length > 1) {
        const message = `the tool \`${name}\` takes one object, not ${args.length} arguments`;
        throw fail(error, { message, tool: name, code: "invalid-arguments" });
      }
      let input;
      try {
        input = stringify(args[0] === undefined ? {} : args[0]);
      } catch (cause) {
        const message = `the arguments of the tool \`${name}\` have no form as JSON: ${cause}`;
        throw fail(error, { message, tool: name, code: "invalid-arguments" });
      }
      const answer = parse(await request(name, input === undefined ? "null" : input));
      if (answer.error !== undefined) {
        throw fail(error, answer.error);
      }
      return answer.value;
    };
    defineProperty(call, "name", { value: name });
    return freeze(call);
  }

  /** An object that says which tools there are when a script uses one that is missing. */
  function guarded(target, prefix) {
    return new Proxy(freeze(target), {
      get(object, key) {
        if (key in object || typeof key !== "string" || key === "then" || key === "toJSON") {
          return object[key];
        }
        const known = keys(object).map((name) => prefix + name);
        const some = known.slice(0, 20).join(", ") + (known.length > 20 ? ", …" : "");
        const message = `there is no tool \`${prefix}${key}\`. There are: ${some || "none"}`;
        throw fail(new Error(""), { message, tool: prefix + key, code: "unknown-tool" });
      },
    });
  }

  function tree(names, prefix) {
    const target = create(null);
    const nested = create(null);
    for (const name of names) {
      const dot = name.indexOf(".");
      if (dot < 0) {
        target[name] = tool(prefix + name);
      } else {
        const first = name.slice(0, dot);
        (nested[first] ??= []).push(name.slice(dot + 1));
      }
    }
    for (const first of keys(nested)) {
      target[first] = tree(nested[first], `${prefix}${first}.`);
    }
    return guarded(target, prefix);
  }

  // Files.

  /** Texts, and byte arrays that are never changed, by path. */
  const store = create(null);
  /** What was there before the cell, and before the last `accept`: only of paths that changed. */
  let beforeCell = create(null);
  let beforeAccept = create(null);

  function pathOf(path) {
    if (typeof path !== "string") {
      throw new TypeError("the path of a file is a string");
    }
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.length === 0 || parts.includes("..") || path.length > 1024) {
      throw new RangeError(
        `${stringify(path.slice(0, 80))} is no path of a file: use names separated by "/", without ".."`,
      );
    }
    return parts.join("/");
  }

  function found(path) {
    const name = pathOf(path);
    const content = store[name];
    if (content === undefined) {
      throw new Error(`there is no file ${stringify(name)}: files.list() names those that are there`);
    }
    return content;
  }

  function change(name, content) {
    for (const before of [beforeCell, beforeAccept]) {
      if (!(name in before)) {
        before[name] = store[name];
      }
    }
    if (content === undefined) {
      delete store[name];
    } else {
      store[name] = content;
    }
  }

  function bytesOf(content) {
    if (isView(content)) {
      return new Uint8Array(content.buffer, content.byteOffset, content.byteLength).slice();
    }
    if (content instanceof ArrayBuffer) {
      return new Uint8Array(content).slice();
    }
    throw new TypeError("the content of a file is a string or bytes. Use JSON.stringify for objects");
  }

  const files = {
    read(path) {
      const content = found(path);
      return typeof content === "string" ? content : new TextDecoder().decode(content);
    },
    readBytes(path) {
      const content = found(path);
      return typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
    },
    write(path, content) {
      change(pathOf(path), typeof content === "string" ? content : bytesOf(content));
    },
    append(path, text) {
      const name = pathOf(path);
      change(name, (store[name] === undefined ? "" : files.read(name)) + text);
    },
    exists(path) {
      return store[pathOf(path)] !== undefined;
    },
    remove(path) {
      const name = pathOf(path);
      const was = store[name] !== undefined;
      if (was) {
        change(name, undefined);
      }
      return was;
    },
    list(prefix = "") {
      return keys(store).filter((name) => name.startsWith(prefix)).sort();
    },
  };

  function equal(a, b) {
    if (typeof a === "string" || typeof b === "string" || a === undefined || b === undefined) {
      return a === b;
    }
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  }

  function changes(before) {
    const changed = [];
    for (const path of keys(before).sort()) {
      const [old, now] = [before[path], store[path]];
      if (!equal(old, now)) {
        const kind = old === undefined ? "created" : now === undefined ? "removed" : "modified";
        changed.push({ path, kind, size: now === undefined ? 0 : now.length });
      }
    }
    return changed;
  }

  /** What the embedder knows of the session, as JSON: so snapshots contain it. */
  let record;

  defineProperty(globalThis, "files", { value: freeze(files), configurable: true });

  return {
    setTools(names) {
      defineProperty(globalThis, "tools", { value: tree(names, ""), configurable: true });
    },
    setRecord(text) {
      record = text;
    },
    getRecord: () => record,
    detailsOf: (error) => details.get(error),
    beginCell() {
      beforeCell = create(null);
    },
    cellChanges: () => changes(beforeCell),
    changes: () => changes(beforeAccept),
    accept() {
      beforeAccept = create(null);
    },
    read: (path) => store[pathOf(path)],
    write: files.write,
    remove: files.remove,
    list: () => files.list().map((path) => ({ path, size: store[path].length })),
  };
});
