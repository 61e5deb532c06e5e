// Applies the decorators of a class and its elements as TypeScript 5 does without
// `experimentalDecorators`, which is what the proposal of November 2023 says. The result runs what
// the decorators leave to be run later.

function callable(value, what) {
  if (value === undefined || typeof value === "function") return value;
  throw new TypeError(`${what} must be a function or undefined`);
}

// Calls decorators from the last to the first, each with a context of its own.
function apply(decorators, context, later, value, accept) {
  let isDone = false;
  for (const decorator of decorators.toReversed()) {
    const addInitializer = (initializer) => {
      if (isDone) {
        throw new TypeError("addInitializer cannot be called after decoration has completed");
      }
      if (typeof initializer !== "function") {
        throw new TypeError("an initializer must be a function");
      }
      later.push(initializer);
    };
    accept(decorator(value(), { ...context(), addInitializer }));
  }
  isDone = true;
}

// How a decorator reaches the element that it decorates.
function access({ kind, name, has, get, set }) {
  const result = { has: has ?? ((object) => name in object) };
  if (kind !== "setter") result.get = get ?? ((object) => object[name]);
  if (kind !== "method" && kind !== "getter") {
    result.set = set ?? ((object, value) => { object[name] = value; });
  }
  return result;
}

// What the descriptor of an element has its function under.
const SLOTS = { method: "value", getter: "get", setter: "set" };

function applyToElement(target, element, metadata, record, later) {
  const { kind, name, source, decorators } = element;
  const isField = kind === "field";
  // A private method is none of the properties of a class: its function is in an object beside it.
  const owner = source ?? (element.static ? target : target.prototype);
  const descriptor = isField ? undefined : Object.getOwnPropertyDescriptor(owner, name);
  const slot = SLOTS[kind];
  const value = () => {
    if (isField) return undefined;
    return slot ? descriptor[slot] : { get: descriptor.get, set: descriptor.set };
  };
  const accept = (result) => {
    if (kind === "accessor") {
      if (result === undefined) return;
      if (result === null || typeof result !== "object") {
        throw new TypeError("the decorator of an accessor must return an object or undefined");
      }
      const { get, set, init } = result;
      descriptor.get = callable(get, "get of a decorated accessor") ?? descriptor.get;
      descriptor.set = callable(set, "set of a decorated accessor") ?? descriptor.set;
      if (callable(init, "init of a decorated accessor")) record.initializers.unshift(init);
    } else if (callable(result, `what the decorator of a ${kind} returns`)) {
      if (isField) record.initializers.unshift(result);
      else descriptor[slot] = result;
    }
  };
  const context = () => ({
    kind,
    name,
    static: element.static,
    private: element.private,
    access: access(element),
    metadata,
  });
  apply(decorators, context, later, value, accept);
  record.descriptor = descriptor;
  if (!isField && !source) Object.defineProperty(owner, name, descriptor);
}

function run(initializers, self) {
  for (const initializer of initializers) initializer.call(self);
}

module.exports = function applyDecorators(target, classDecorators, elements, name) {
  // As long as no engine has the symbol, it is whatever the program made it.
  const symbol = Symbol.metadata ?? Symbol.for("Symbol.metadata");
  const metadata = Object.create(Object.getPrototypeOf(target)[symbol] ?? null);
  const records = elements.map(() => ({ initializers: [], later: [], descriptor: undefined }));
  const laterForClass = [];
  const laterForStatic = [];
  const laterForInstance = [];

  for (const fields of [false, true]) {
    for (const isStatic of [true, false]) {
      elements.forEach((element, index) => {
        if ((element.kind === "field") !== fields || element.static !== isStatic) return;
        const record = records[index];
        const later = SLOTS[element.kind]
          ? isStatic ? laterForStatic : laterForInstance
          : record.later;
        applyToElement(target, element, metadata, record, later);
      });
    }
  }
  apply(
    classDecorators,
    () => ({ kind: "class", name, metadata }),
    laterForClass,
    () => target,
    (result) => { target = callable(result, "what the decorator of a class returns") ?? target; },
  );
  Object.defineProperty(target, symbol, {
    value: metadata,
    enumerable: true,
    configurable: true,
    writable: true,
  });

  return {
    // The class, or what its decorators made of it.
    target,
    // What to use of a private method or accessor.
    descriptor: (index) => records[index].descriptor,
    // The first value of a field or accessor.
    initial(index, self, value) {
      for (const initializer of records[index].initializers) value = initializer.call(self, value);
      return value;
    },
    // Once a field or accessor has its value.
    initialized: (index, self) => run(records[index].later, self),
    // Before an object has the first of its fields.
    instance: (self) => run(laterForInstance, self),
    // Before the class has the first of its fields.
    start: () => run(laterForStatic, target),
    // When the class is complete.
    end: () => run(laterForClass, target),
  };
};
