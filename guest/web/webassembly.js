// `WebAssembly` (WebAssembly JavaScript Interface, WebAssembly Web API). What is in the store of modules
// has numbers, which no script sees.
(native, need) => {
  const { required, hidden } = need("idl");
  const { expose, apply } = native;
  const P = Promise;
  const { then } = P.prototype;
  const { setPrototypeOf, create, freeze, defineProperty } = Object;
  const { iterator, toStringTag } = Symbol;
  const NativeError = Error;
  const { trunc, fround } = Math;
  const { asIntN } = BigInt;

  const isObject = (value) => typeof value === "object" && value !== null || typeof value === "function";

  // ------------------------------------------------------------------ errors

  const namespace = {};
  const errorClass = (name) => {
    const Class = {
      [name]: function (message, options) {
        const error = new NativeError(message, options);
        const wanted = new.target?.prototype;
        setPrototypeOf(error, isObject(wanted) ? wanted : Class.prototype);
        return error;
      },
    }[name];
    defineProperty(Class, "length", { __proto__: null, value: 1, configurable: true });
    setPrototypeOf(Class, NativeError);
    const prototype = create(NativeError.prototype);
    hidden(prototype, "constructor", Class);
    hidden(prototype, "name", name);
    hidden(prototype, "message", "");
    defineProperty(Class, "prototype", { __proto__: null, value: prototype, writable: false });
    hidden(namespace, name, Class);
    return Class;
  };
  const CompileError = errorClass("CompileError");
  const LinkError = errorClass("LinkError");
  const RuntimeError = errorClass("RuntimeError");

  const list = (values) => {
    if (!isObject(values)) {
      throw new TypeError("a function of several results returned no iterable");
    }
    const method = values[iterator];
    if (typeof method !== "function") throw new TypeError("a function of several results returned no iterable");
    const walk = apply(method, values);
    const { next } = walk;
    const found = { __proto__: null, length: 0 };
    for (let step; !(step = apply(next, walk)).done; ) found[found.length++] = step.value;
    return found;
  };
  native.start({ RuntimeError, tick: () => {}, list });

  // ------------------------------------------------------------------ conversions of Web IDL

  const unsigned = (value, what) => {
    const number = +value;
    if (number !== number || number === Infinity || number === -Infinity) {
      throw new TypeError(what + " is not a finite number");
    }
    const integer = trunc(number);
    if (integer < 0 || integer > 4294967295) throw new TypeError(what + " is not an unsigned number of 32 bits");
    return integer;
  };

  const descriptor = (value, what) => {
    if (value === undefined || value === null) return { __proto__: null };
    if (!isObject(value)) throw new TypeError(what + ": the descriptor is not an object");
    return value;
  };

  const limits = (given, what) => {
    const { initial: first } = given;
    if (first === undefined) throw new TypeError(what + ": the descriptor has no property 'initial'");
    const initial = unsigned(first, what + ": property 'initial'");
    const { maximum: last } = given;
    const maximum = last === undefined ? undefined : unsigned(last, what + ": property 'maximum'");
    return { initial, maximum };
  };

  const ordered = ({ initial, maximum }, what) => {
    if (maximum !== undefined && maximum < initial) {
      throw new RangeError(what + ": property 'maximum' is below property 'initial'");
    }
  };

  const bytesOf = (source, what) => {
    if (!native.isBytes(source)) {
      throw new TypeError(what + ": the first argument is neither an ArrayBuffer nor a view of one");
    }
    return source;
  };

  // ------------------------------------------------------------------ modules

  const kindsOf = (held) => {
    const exports = native.moduleExports(held);
    const found = [];
    for (let at = 0; at < exports.length; at++) {
      defineProperty(found, at, {
        __proto__: null, value: { name: exports[at][0], kind: exports[at][1] },
        writable: true, enumerable: true, configurable: true,
      });
    }
    return found;
  };

  const compiled = (source, what) => {
    const held = native.compile(source);
    if (typeof held === "string") throw new CompileError(what + ": " + held);
    return held;
  };

  class Module {
    #held;
    constructor(bytes) {
      required(arguments.length, 1, "WebAssembly.Module");
      this.#held = bytes === native ? arguments[1] : compiled(bytesOf(bytes, "WebAssembly.Module()"), "WebAssembly.Module()");
    }
    static exports(module) {
      required(arguments.length, 1, "WebAssembly.Module.exports");
      return kindsOf(heldOf(module, "WebAssembly.Module.exports()"));
    }
    static imports(module) {
      required(arguments.length, 1, "WebAssembly.Module.imports");
      const imports = native.moduleImports(heldOf(module, "WebAssembly.Module.imports()"));
      const found = [];
      for (let at = 0; at < imports.length; at++) {
        const entry = imports[at];
        const value = { module: entry[0], name: entry[1], kind: entry[2] };
        defineProperty(found, at, {
          __proto__: null, value, writable: true, enumerable: true, configurable: true,
        });
      }
      return found;
    }
    static customSections(module, sectionName) {
      required(arguments.length, 2, "WebAssembly.Module.customSections");
      const held = heldOf(module, "WebAssembly.Module.customSections()");
      const name = "" + sectionName;
      // No section has a name with a lone surrogate.
      return native.text(name) === name ? native.customSections(held, name) : [];
    }
    static held(module) { return typeof module === "object" && module !== null && #held in module ? module.#held : undefined; }
  }
  const { held: findHeld } = Module;
  delete Module.held;
  const isModule = (value) => findHeld(value) !== undefined;
  const heldOf = (module, what) => {
    const held = findHeld(module);
    if (held === undefined) throw new TypeError(what + ": the first argument is not a WebAssembly.Module");
    return held;
  };
  const moduleOf = (held) => new Module(native, held);

  // ------------------------------------------------------------------ memories, tables, globals

  // The store, in which there is room for so many bytes if that can be. Each object of something of the
  // store refers to it, since the store is freed when nothing does. It has the object of each memory, table
  // and global that a script has seen, by its number.
  const storeFor = (bytes) => {
    const store = native.store(bytes);
    store.memories ??= { __proto__: null };
    store.tables ??= { __proto__: null };
    store.globals ??= { __proto__: null };
    return store;
  };

  // A buffer refers to the store by a private field, which no script sees.
  class Buffer extends function (buffer) { return buffer; } {
    #store;
    constructor(buffer, store) {
      super(buffer);
      this.#store = store;
    }
    static isMarked(buffer) { return #store in buffer; }
  }
  const { isMarked } = Buffer;

  class Memory {
    #number;
    #store;
    constructor(given) {
      if (given === native) {
        this.#number = arguments[1];
        this.#store = arguments[2];
        return;
      }
      required(arguments.length, 1, "WebAssembly.Memory");
      const what = "WebAssembly.Memory()";
      if (!isObject(given)) throw new TypeError(what + ": the descriptor is not an object");
      const bounds = limits(given, what);
      if (given.shared) throw new TypeError(what + ": shared memories are not supported: a VM has one thread");
      if (bounds.initial > 65536) throw new RangeError(what + ": property 'initial' is above 65536 pages");
      if (bounds.maximum > 65536) throw new RangeError(what + ": property 'maximum' is above 65536 pages");
      ordered(bounds, what);
      const store = storeFor(bounds.initial * 65536);
      const number = native.newMemory(bounds.initial, bounds.maximum);
      if (number === undefined) {
        throw new RangeError(what + ": no room for " + bounds.initial + " pages within the memory limit of this VM");
      }
      this.#number = number;
      this.#store = store;
      store.memories[number] = this;
    }
    get buffer() {
      const buffer = native.memoryBuffer(this.#number);
      if (!isMarked(buffer)) new Buffer(buffer, this.#store);
      return buffer;
    }
    grow(delta) {
      const number = this.#number;
      required(arguments.length, 1, "WebAssembly.Memory.grow");
      const before = native.growMemory(number, unsigned(delta, "WebAssembly.Memory.grow(): the argument"));
      if (before < 0) {
        throw new RangeError("WebAssembly.Memory.grow(): the memory cannot grow by so many pages");
      }
      return before;
    }
    static number(value) { return typeof value === "object" && value !== null && #number in value ? value.#number : undefined; }
  }
  const { number: memoryNumber } = Memory;
  delete Memory.number;

  const elementKind = (value, what) => {
    const kind = "" + value;
    if (kind !== "anyfunc" && kind !== "externref") {
      throw new TypeError(what + ": '" + kind + "' is no type of elements; there are anyfunc and externref");
    }
    return kind;
  };

  class Table {
    #number;
    #store;
    #element;
    constructor(given, value = undefined) {
      if (given === native) {
        this.#number = arguments[1];
        this.#store = arguments[2];
        this.#element = native.tableElement(this.#number);
        return;
      }
      required(arguments.length, 1, "WebAssembly.Table");
      const what = "WebAssembly.Table()";
      if (!isObject(given)) throw new TypeError(what + ": the descriptor is not an object");
      const { element } = given;
      if (element === undefined) throw new TypeError(what + ": the descriptor has no property 'element'");
      const kind = elementKind(element, what);
      const bounds = limits(given, what);
      ordered(bounds, what);
      if (bounds.initial > 10000000) throw new RangeError(what + ": property 'initial' is above 10000000 elements");
      if (arguments.length < 2 || value === undefined && kind === "anyfunc") value = kind === "anyfunc" ? null : undefined;
      const store = storeFor(bounds.initial * 8);
      const number = native.newTable(kind, bounds.initial, bounds.maximum, value);
      if (number === undefined) {
        throw new RangeError(what + ": no room for " + bounds.initial + " elements within the memory limit of this VM");
      }
      this.#number = number;
      this.#store = store;
      this.#element = kind;
      store.tables[number] = this;
    }
    get length() { return native.tableLength(this.#number); }
    get(index) {
      const number = this.#number;
      required(arguments.length, 1, "WebAssembly.Table.get");
      const at = unsigned(index, "WebAssembly.Table.get(): the index");
      if (at >= native.tableLength(number)) throw new RangeError("WebAssembly.Table.get(): no element " + at);
      return native.tableGet(number, at);
    }
    set(index, value = undefined) {
      const number = this.#number;
      required(arguments.length, 1, "WebAssembly.Table.set");
      const at = unsigned(index, "WebAssembly.Table.set(): the index");
      if (at >= native.tableLength(number)) throw new RangeError("WebAssembly.Table.set(): no element " + at);
      if (arguments.length < 2 && this.#element === "anyfunc") value = null;
      native.tableSet(number, at, value);
    }
    grow(delta, value = undefined) {
      const number = this.#number;
      required(arguments.length, 1, "WebAssembly.Table.grow");
      const count = unsigned(delta, "WebAssembly.Table.grow(): the number of elements");
      if (arguments.length < 2 && this.#element === "anyfunc") value = null;
      const before = native.tableGrow(number, count, value);
      if (before < 0) throw new RangeError("WebAssembly.Table.grow(): the table cannot grow by " + count + " elements");
      return before;
    }
    static number(value) { return typeof value === "object" && value !== null && #number in value ? value.#number : undefined; }
  }
  const { number: tableNumber } = Table;
  delete Table.number;

  const valueTypes = { __proto__: null, i32: 1, i64: 1, f32: 1, f64: 1, v128: 1, externref: 1, anyfunc: 1 };

  class Global {
    #number;
    #store;
    #type;
    #mutable;
    constructor(given, value = undefined) {
      if (given === native) {
        this.#number = arguments[1];
        this.#store = arguments[2];
        const type = native.globalType(this.#number);
        this.#type = type[0];
        this.#mutable = type[1];
        return;
      }
      required(arguments.length, 1, "WebAssembly.Global");
      const what = "WebAssembly.Global()";
      if (!isObject(given)) throw new TypeError(what + ": the descriptor is not an object");
      const mutable = !!given.mutable;
      const { value: name } = given;
      if (name === undefined) throw new TypeError(what + ": the descriptor has no property 'value'");
      const type = "" + name;
      if (valueTypes[type] === undefined) throw new TypeError(what + ": '" + type + "' is no type of values");
      if (type === "v128") throw new TypeError(what + ": JavaScript has no values of type v128");
      this.#store = storeFor(0);
      this.#number = native.newGlobal(type, mutable, value === undefined && type === "anyfunc" ? null : value);
      this.#type = type;
      this.#mutable = mutable;
      this.#store.globals[this.#number] = this;
    }
    get value() {
      if (this.#type === "v128") throw new TypeError("WebAssembly.Global.value: JavaScript has no values of type v128");
      return native.globalGet(this.#number);
    }
    set value(value) {
      const number = this.#number;
      required(arguments.length, 1, "WebAssembly.Global.value");
      if (this.#type === "v128") throw new TypeError("WebAssembly.Global.value: JavaScript has no values of type v128");
      if (!this.#mutable) throw new TypeError("WebAssembly.Global.value: the global is immutable");
      native.globalSet(number, value);
    }
    valueOf() {
      if (this.#type === "v128") throw new TypeError("WebAssembly.Global.valueOf(): JavaScript has no values of type v128");
      return native.globalGet(this.#number);
    }
    static number(value) { return typeof value === "object" && value !== null && #number in value ? value.#number : undefined; }
    static typeOf(value) { return value.#type; }
  }
  const { number: globalNumber, typeOf: globalType } = Global;
  delete Global.number;
  delete Global.typeOf;

  // ------------------------------------------------------------------ exceptions

  const tagTypes = { __proto__: null, i32: 1, i64: 1, f32: 1, f64: 1, v128: 1, externref: 1, anyfunc: 1 };

  class Tag {
    #parameters;
    constructor(type) {
      required(arguments.length, 1, "WebAssembly.Tag");
      if (!isObject(type)) throw new TypeError("WebAssembly.Tag(): the type is not an object");
      const { parameters } = type;
      if (parameters === undefined) throw new TypeError("WebAssembly.Tag(): the type has no property 'parameters'");
      const given = list(parameters);
      for (let at = 0; at < given.length; at++) {
        given[at] = "" + given[at];
        if (tagTypes[given[at]] === undefined) throw new TypeError("WebAssembly.Tag(): '" + given[at] + "' is no type of values");
      }
      this.#parameters = given;
    }
    static parameters(tag) { return typeof tag === "object" && tag !== null && #parameters in tag ? tag.#parameters : undefined; }
  }
  const { parameters: parametersOf } = Tag;
  delete Tag.parameters;

  // A value as a module would give it back.
  const converted = (type, value) => {
    switch (type) {
      case "i32": return value | 0;
      case "i64": return asIntN(64, value);
      case "f32": return fround(value);
      case "f64": return +value;
      case "v128": throw new TypeError("WebAssembly.Exception(): JavaScript has no values of type v128");
      case "anyfunc":
        if (value !== null && !native.isExportedFunction(value)) {
          throw new TypeError("WebAssembly.Exception(): the value is neither null nor a function of a module");
        }
    }
    return value;
  };

  class Exception {
    #tag;
    #payload;
    constructor(tag, payload, options = undefined) {
      required(arguments.length, 2, "WebAssembly.Exception");
      const parameters = parametersOf(tag);
      if (parameters === undefined) throw new TypeError("WebAssembly.Exception(): the first argument is not a WebAssembly.Tag");
      const given = list(payload);
      const { traceStack } = descriptor(options, "WebAssembly.Exception()");
      if (given.length !== parameters.length) {
        throw new TypeError("WebAssembly.Exception(): the tag has " + parameters.length + " values, not " + given.length);
      }
      for (let at = 0; at < given.length; at++) given[at] = converted(parameters[at], given[at]);
      this.#tag = tag;
      this.#payload = given;
      if (traceStack) hidden(this, "stack", new NativeError().stack);
    }
    is(tag) {
      const mine = this.#tag;
      required(arguments.length, 1, "WebAssembly.Exception.is");
      if (parametersOf(tag) === undefined) throw new TypeError("WebAssembly.Exception.is(): the argument is not a WebAssembly.Tag");
      return mine === tag;
    }
    getArg(tag, index) {
      const mine = this.#tag;
      required(arguments.length, 2, "WebAssembly.Exception.getArg");
      if (parametersOf(tag) === undefined) throw new TypeError("WebAssembly.Exception.getArg(): the first argument is not a WebAssembly.Tag");
      const at = unsigned(index, "WebAssembly.Exception.getArg(): the index");
      if (mine !== tag) throw new TypeError("WebAssembly.Exception.getArg(): the exception has another tag");
      if (at >= this.#payload.length) throw new RangeError("WebAssembly.Exception.getArg(): no value " + at);
      return this.#payload[at];
    }
  }

  // ------------------------------------------------------------------ instances

  const readImports = (held, object, what) => {
    const imports = native.moduleImports(held);
    if (imports.length > 0 && object === undefined) {
      throw new TypeError(what + ": the module has imports, so the second argument must be an object");
    }
    const found = [];
    // Before the numbers of imports, which are those of this store.
    hidden(found, "store", storeFor(native.moduleSize(held)));
    for (let at = 0; at < imports.length; at++) {
      const wanted = imports[at];
      const module = wanted[0], name = wanted[1];
      const from = object[module];
      const where = what + ": import " + at + " '" + module + "' '" + name + "': ";
      if (!isObject(from)) throw new TypeError(where + "the module is not an object");
      hidden(found, at, linked(wanted, from[name], where));
    }
    return found;
  };

  const linked = (wanted, value, where) => {
    const kind = wanted[2];
    if (kind === "function") {
      if (typeof value !== "function") throw new LinkError(where + "it is not a function");
      return value;
    }
    if (kind === "memory") {
      const number = memoryNumber(value);
      if (number === undefined) throw new LinkError(where + "it is not a WebAssembly.Memory");
      return number;
    }
    if (kind === "table") {
      const number = tableNumber(value);
      if (number === undefined) throw new LinkError(where + "it is not a WebAssembly.Table");
      return number;
    }
    const number = globalNumber(value);
    if (number !== undefined) return number;
    const type = wanted[3];
    if (wanted[4]) throw new LinkError(where + "a mutable global must be a WebAssembly.Global");
    if (type === "v128") throw new LinkError(where + "a global of type v128 must be a WebAssembly.Global");
    const fits = type === "i64" ? typeof value === "bigint"
      : type === "externref" ? true
      : type === "anyfunc" ? value === null || native.isExportedFunction(value)
      : typeof value === "number";
    if (!fits) {
      throw new LinkError(where + "a global of type " + type + " must be " + (type === "i64" ? "a BigInt"
        : type === "anyfunc" ? "null or a function of a module" : "a number") + " or a WebAssembly.Global");
    }
    return native.newGlobal(type, false, value);
  };

  const exportsOf = (list, store) => {
    const exports = create(null);
    for (let at = 0; at < list.length; at += 3) {
      const kind = list[at + 1], value = list[at + 2];
      const shown = kind === "function" ? value
        : kind === "memory" ? (store.memories[value] ??= new Memory(native, value, store))
        : kind === "table" ? (store.tables[value] ??= new Table(native, value, store))
        : (store.globals[value] ??= new Global(native, value, store));
      defineProperty(exports, list[at], { __proto__: null, value: shown, enumerable: true });
    }
    return freeze(exports);
  };

  const instantiated = (held, links, what) => {
    const exports = native.instantiate(held, links);
    if (typeof exports === "string") throw new LinkError(what + ": " + exports);
    return exportsOf(exports, links.store);
  };

  class Instance {
    #exports;
    constructor(module, importObject = undefined) {
      if (module === native) {
        this.#exports = importObject;
        return;
      }
      required(arguments.length, 1, "WebAssembly.Instance");
      const what = "WebAssembly.Instance()";
      const held = heldOf(module, what);
      if (importObject !== undefined && !isObject(importObject)) {
        throw new TypeError(what + ": the second argument is not an object");
      }
      this.#exports = instantiated(held, readImports(held, importObject, what), what);
    }
    get exports() { return this.#exports; }
  }

  // ------------------------------------------------------------------ functions of promises

  // A promise whose methods no script has replaced.
  const after = (promise, run) => new P((resolve, reject) => {
    apply(then, promise, (value) => {
      try {
        resolve(run(value));
      } catch (error) {
        reject(error);
      }
    }, reject);
  });
  const settled = (run) => new P((resolve, reject) => {
    try {
      resolve(run());
    } catch (error) {
      reject(error);
    }
  });
  const soon = (run) => after(settled(() => {}), run);

  const compileLater = (source, what) => {
    const copy = native.copy(bytesOf(source, what));
    return soon(() => moduleOf(compiled(copy, what)));
  };
  const checkedImports = (object, what) => {
    if (object !== undefined && !isObject(object)) throw new TypeError(what + ": the second argument is not an object");
  };
  const instanceOf = (held, links, what) => new Instance(native, instantiated(held, links, what));
  const both = (promise, object, what) => after(promise, (module) => {
    const held = findHeld(module);
    const instance = instanceOf(held, readImports(held, object, what), what);
    return { module, instance };
  });

  // ------------------------------------------------------------------ streams (WebAssembly Web API)

  const bytesOfResponse = (response, what) => {
    // By another way than `need`, which would have each file with modules contain responses.
    const part = native.loadedResponse();
    const internals = part?.internals;
    if (internals === undefined || !internals.isResponse(response)) {
      throw new TypeError(what + ": the first argument is not a Response or a promise of one");
    }
    const { status, headers } = internals.headOf(response);
    let type;
    for (let at = 0; at < headers.length; at++) {
      if (apply(lower, headers[at][0]) === "content-type") type = type === undefined ? headers[at][1] : type + ", " + headers[at][1];
    }
    const end = type === undefined ? -1 : apply(indexOf, type, ";");
    const essence = type === undefined ? "" : apply(lower, apply(trim, end < 0 ? type : apply(slice, type, 0, end)));
    if (essence !== "application/wasm" || end >= 0) {
      throw new TypeError(what + ": the response has " + (type === undefined ? "no type" : "the type '" + type + "'") +
        "; it must have 'application/wasm'");
    }
    if (status < 200 || status > 299) throw new TypeError(what + ": the response has the status " + status);
    return apply(part.Response.prototype.arrayBuffer, response);
  };
  const { toLowerCase: lower, indexOf, trim, slice } = String.prototype;
  const compileResponse = (source, what) => {
    const response = new P((resolve) => resolve(source));
    return after(after(response, (response) => bytesOfResponse(response, what)), (bytes) => moduleOf(compiled(bytes, what)));
  };

  // ------------------------------------------------------------------ the namespace

  const members = {
    compile(bytes) {
      return settled(() => {
        required(arguments.length, 1, "WebAssembly.compile");
        return compileLater(bytes, "WebAssembly.compile()");
      });
    },
    compileStreaming(source) {
      return settled(() => {
        required(arguments.length, 1, "WebAssembly.compileStreaming");
        return compileResponse(source, "WebAssembly.compileStreaming()");
      });
    },
    instantiate(source, importObject = undefined) {
      const what = "WebAssembly.instantiate()";
      return settled(() => {
        required(arguments.length, 1, "WebAssembly.instantiate");
        checkedImports(importObject, what);
        if (!isModule(source)) return both(compileLater(source, what), importObject, what);
        const held = findHeld(source);
        const links = readImports(held, importObject, what);
        return soon(() => instanceOf(held, links, what));
      });
    },
    instantiateStreaming(source, importObject = undefined) {
      const what = "WebAssembly.instantiateStreaming()";
      return settled(() => {
        required(arguments.length, 1, "WebAssembly.instantiateStreaming");
        checkedImports(importObject, what);
        return both(compileResponse(source, what), importObject, what);
      });
    },
    validate(bytes) {
      required(arguments.length, 1, "WebAssembly.validate");
      return native.validate(bytesOf(bytes, "WebAssembly.validate()"));
    },
  };
  for (const name of ["compile", "compileStreaming", "instantiate", "instantiateStreaming", "validate"]) {
    defineProperty(namespace, name, {
      __proto__: null, value: members[name], writable: true, enumerable: true, configurable: true,
    });
  }
  // As in other engines, whatever Web IDL says.
  defineProperty(Exception, "length", { __proto__: null, value: 1, configurable: true });
  const classes = { Module, Instance, Memory, Table, Global, Tag, Exception };
  for (const name in classes) {
    hidden(namespace, name, classes[name]);
    expose(classes[name], name === "Module" ? { clone: (module) => moduleOf(findHeld(module)) } : undefined);
    defineProperty(classes[name].prototype, toStringTag, { __proto__: null, value: "WebAssembly." + name, configurable: true });
  }
  defineProperty(namespace, toStringTag, { __proto__: null, value: "WebAssembly", configurable: true });
  return { WebAssembly: namespace };
};
