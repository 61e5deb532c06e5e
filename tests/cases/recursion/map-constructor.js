const o = { [Symbol.iterator]() { return new Map(o); } }; new Map(o);
