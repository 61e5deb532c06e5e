// Calls the exports of a program with values that are checked against its world: for `jsvm run --call`, where no
// component is between the caller and the program. Gets the description of the world.
(({ types, exports }) => {
  const integers = { u8: 8, u16: 16, u32: 32, s8: -8, s16: -16, s32: -32, u64: 64, s64: -64 };
  const arrays = {
    u8: Uint8Array, s8: Int8Array, u16: Uint16Array, s16: Int16Array, u32: Uint32Array, s32: Int32Array,
    u64: BigUint64Array, s64: BigInt64Array, f32: Float32Array, f64: Float64Array,
  };
  const NUMBER = /^[usf]\d+$/;

  function show(value) {
    switch (typeof value) {
      case "string": return `string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
      case "number": return `number ${value}`;
      case "bigint": return `bigint ${value}n`;
      case "boolean": return `boolean ${value}`;
      case "object": return value === null ? "null" : Array.isArray(value) ? "array" : "object";
      default: return typeof value;
    }
  }

  const wrong = (path, expected, value) => {
    throw new TypeError(`${path}: expected ${expected}, found ${show(value)}`);
  };
  // A path of a part: `argument 1 (item): tags[2]`, `result.tags[2]`.
  const member = (path, name) => path + (path.endsWith(")") ? ": " : ".") + name;
  const element = (path, index) => `${path}${path.endsWith(")") ? ": " : ""}[${index}]`;

  const isOption = (index) => types[index].kind === "option";

  function checkCase(name, cases, value, path) {
    if (value === null || typeof value !== "object") wrong(path, `variant ${name}`, value);
    const found = cases.find(([tag]) => tag === value.tag);
    if (!found) wrong(member(path, "tag"), cases.map(([tag]) => JSON.stringify(tag)).join(" or "), value.tag);
    if (found[1] !== null) check(found[1], value.val, member(path, "val"));
  }

  // The type of the program's own class, once it is known.
  const classes = new Map();

  function check(index, value, path) {
    const type = types[index];
    if (typeof type === "string") return checkPlain(type, value, path);
    switch (type.kind) {
      case "list": {
        const array = NUMBER.test(types[type.of]) && arrays[types[type.of]];
        if (array && value instanceof array) {
          if (type.length !== null && value.length !== type.length) wrong(path, `${type.length} items`, value);
          return;
        }
        if (types[type.of] === "u8" && (value instanceof ArrayBuffer || value instanceof Uint8ClampedArray)) return;
        if (!Array.isArray(value)) wrong(path, array ? array.name : "array", value);
        if (type.length !== null && value.length !== type.length) wrong(path, `${type.length} items`, value);
        value.forEach((item, at) => check(type.of, item, element(path, at)));
        return;
      }
      case "map": {
        if (!(value instanceof Map)) wrong(path, "Map", value);
        for (const [key, item] of value) {
          check(type.key, key, member(path, "key"));
          check(type.value, item, element(path, typeof key === "string" ? JSON.stringify(key) : String(key)));
        }
        return;
      }
      case "tuple":
        if (!Array.isArray(value) || value.length < type.of.length) {
          wrong(path, `array of ${type.of.length} items`, value);
        }
        type.of.forEach((of, at) => check(of, value[at], element(path, at)));
        return;
      case "record":
        if (value === null || typeof value !== "object") wrong(path, "object", value);
        for (const [name, of] of type.fields) check(of, value[name], member(path, name));
        return;
      case "flags":
        if (value === null || typeof value !== "object") wrong(path, "object of flags", value);
        for (const name of type.names) {
          if (value[name] !== undefined && typeof value[name] !== "boolean") {
            wrong(member(path, name), "boolean", value[name]);
          }
        }
        return;
      case "enum":
        if (!type.names.includes(value)) wrong(path, type.names.map((name) => JSON.stringify(name)).join(" or "), value);
        return;
      case "variant": return checkCase("", type.cases, value, path);
      case "option":
        if (isOption(type.of)) return checkCase("", [["some", type.of], ["none", null]], value, path);
        if (value !== undefined && value !== null) check(type.of, value, path);
        return;
      case "result": return checkCase("", [["ok", type.ok], ["err", type.err]], value, path);
      // What comes later is checked where it arrives.
      case "future": return;
      case "stream":
        if (value === null || typeof value !== "object" || !(value[Symbol.asyncIterator] ?? value[Symbol.iterator])) {
          wrong(path, "ReadableStream, async iterable or iterable", value);
        }
        return;
      case "resource": {
        if (value === null || typeof value !== "object") wrong(path, type.name, value);
        const own = classes.get(`${type.export}.${type.name}`);
        if (own && !(value instanceof own)) wrong(path, type.name, value);
        return;
      }
      default: throw new TypeError(`${path}: its type is not supported`);
    }
  }

  function checkPlain(type, value, path) {
    const bits = integers[type];
    if (bits !== undefined) {
      const size = Math.abs(bits);
      if (size === 64) {
        if (typeof value !== "bigint") wrong(path, type, value);
        const fits = bits > 0 ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
        if (fits !== value) wrong(path, type, value);
        return;
      }
      const [low, high] = bits > 0 ? [0, 2 ** size - 1] : [-(2 ** (size - 1)), 2 ** (size - 1) - 1];
      if (!Number.isInteger(value) || value < low || value > high) wrong(path, type, value);
      return;
    }
    switch (type) {
      case "bool": return typeof value === "boolean" || wrong(path, type, value);
      case "char": {
        const isChar = typeof value === "string" && [...value].length === 1 && value.isWellFormed();
        return isChar || wrong(path, "a string of one character", value);
      }
      case "string": return typeof value === "string" || wrong(path, type, value);
      default: return typeof value === "number" || wrong(path, type, value);
    }
  }

  function checked(type, run) {
    const { params, result } = type;
    function checkResult(value) {
      if (result === null) return value;
      // A function returns the value, and throws the error.
      const index = types[result].kind === "result" ? types[result].ok : result;
      if (index !== null) check(index, value, "result");
      return value;
    }
    const checkArguments = (args) => {
      params.forEach(([name, of], at) => check(of, args[at], `argument ${at + 1} (${name})`));
      return args.slice(0, params.length);
    };
    if (type.isAsync) {
      return async function (...args) {
        const signal = args[params.length]?.signal ?? new AbortController().signal;
        return checkResult(await run.call(this, [...checkArguments(args), { signal }], new.target));
      };
    }
    return function (...args) {
      const value = run.call(this, checkArguments(args), new.target);
      return value instanceof Promise ? value.then(checkResult) : checkResult(value);
    };
  }

  function checkedFunction(holder, type, where) {
    const original = holder[type.name];
    if (typeof original !== "function") throw new TypeError(`the program does not export the function ${where}`);
    return checked(type, function (args) {
      return Reflect.apply(original, this ?? holder, args);
    });
  }

  function checkedClass(holder, type, index, where) {
    const original = holder[type.name];
    if (typeof original !== "function") throw new TypeError(`the program does not export the class ${where}`);
    classes.set(`${index}.${type.name}`, original);
    for (const [target, functions] of [[original.prototype, type.methods], [original, type.statics]]) {
      for (const method of functions) {
        const value = checkedFunction(target, method, `${where}.${method.name}`);
        Object.defineProperty(target, method.name, { value, configurable: true, writable: true });
      }
    }
    return new Proxy(original, {
      construct(target, args, newTarget) {
        const { params } = type.construct ?? { params: [] };
        params.forEach(([name, of], at) => check(of, args[at], `argument ${at + 1} (${name})`));
        return Reflect.construct(target, args.slice(0, params.length), newTarget);
      },
    });
  }

  // Returns the exports of the world, by all the names that they may have.
  return (program) => {
    if (program === null || typeof program !== "object") {
      throw new TypeError("the program exports nothing: it must be a module");
    }
    const found = { __proto__: null };
    exports.forEach((item, index) => {
      const name = item.names.find((name) => name in program);
      if (name === undefined) throw new TypeError(`the program does not export ${item.names.join(" or ")}`);
      let value;
      if (item.function) {
        value = checkedFunction(program, { ...item.function, name }, name);
      } else {
        const holder = program[name];
        if (holder === null || typeof holder !== "object") wrong(`export ${name}`, "object", holder);
        value = {};
        for (const type of item.classes) {
          value[type.name] = checkedClass(holder, type, index, `${name}.${type.name}`);
        }
        for (const type of item.functions) {
          value[type.name] = checkedFunction(holder, type, `${name}.${type.name}`);
        }
      }
      for (const name of item.names) found[name] = value;
    });
    return found;
  };
})
