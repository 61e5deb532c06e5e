// What Web IDL says about all classes.
//
// In all parts: text is put together with `+`, since the engine's template literals call
// `String.prototype.concat`, which a script may have replaced; so may it all methods of arrays.
(native, need) => {
  // A script may have replaced whatever has a name.
  const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf(function* () {}.prototype));
  const { iterator, toStringTag } = Symbol;
  const { defineProperty, create } = Object;

  const required = (given, needed, what) => {
    if (given < needed) {
      const s = needed === 1 ? "" : "s";
      throw new TypeError(what + ": " + needed + " argument" + s + " required, but only " + given + " present");
    }
  };

  const dictionary = (value, what) => {
    if (value === undefined || value === null) return { __proto__: null };
    if (typeof value !== "object" && typeof value !== "function") {
      throw new TypeError(what + ": the options are not an object");
    }
    return value;
  };

  const hidden = (object, key, value) =>
    defineProperty(object, key, { __proto__: null, value, writable: true, configurable: true });

  // Gives a class the methods of an iterable of pairs. `pair(object, index)` is a pair or nothing. Returns
  // a function that tells whether a method iterates as it was made to.
  const iterable = (Class, pair) => {
    const prototype = create(iteratorPrototype);
    class State {
      #target;
      #kind;
      #index = 0;
      constructor(target, kind) {
        this.#target = target;
        this.#kind = kind;
      }
      static next(state) {
        const found = pair(state.#target, state.#index);
        if (found === undefined) return { value: undefined, done: true };
        state.#index += 1;
        const kind = state.#kind;
        return { value: kind === 2 ? [found[0], found[1]] : found[kind], done: false };
      }
    }
    // The iterator itself is an ordinary object with private state.
    const Base = function (object) {
      return object;
    };
    class Stamped extends Base {
      #state;
      constructor(object, state) {
        super(object);
        this.#state = state;
      }
      static next(object) {
        return State.next(object.#state);
      }
    }
    const make = (target, kind) => {
      pair(target, 0);
      return new Stamped(create(prototype), new State(target, kind));
    };
    const methods = {
      next() {
        return Stamped.next(this);
      },
    };
    defineProperty(prototype, "next", {
      __proto__: null,
      value: methods.next,
      writable: true,
      enumerable: true,
      configurable: true,
    });
    defineProperty(prototype, toStringTag, {
      __proto__: null,
      value: Class.name + " Iterator",
      configurable: true,
    });
    const members = {
      entries() {
        return make(this, 2);
      },
      forEach(callback, thisArg = undefined) {
        pair(this, 0);
        required(arguments.length, 1, Class.name + ".forEach");
        if (typeof callback !== "function") throw new TypeError("The callback is not a function");
        for (let index = 0, found; (found = pair(this, index)) !== undefined; index++) {
          native.apply(callback, thisArg, found[1], found[0], this);
        }
      },
      keys() {
        return make(this, 0);
      },
      values() {
        return make(this, 1);
      },
    };
    hidden(Class.prototype, "entries", members.entries);
    hidden(Class.prototype, "forEach", members.forEach);
    hidden(Class.prototype, "keys", members.keys);
    hidden(Class.prototype, "values", members.values);
    hidden(Class.prototype, iterator, members.entries);
    return (method) => method === members.entries && prototype.next === methods.next;
  };

  // `sequence<T>`: the elements of an iterable as a list of our own.
  const list = (value, method) => {
    const elements = { __proto__: null, length: 0 };
    const walk = native.apply(method, value);
    const { next } = walk;
    for (let step; !(step = native.apply(next, walk)).done; ) {
      elements[elements.length++] = step.value;
    }
    return elements;
  };

  return { required, dictionary, hidden, iterable, list, iterator };
};
