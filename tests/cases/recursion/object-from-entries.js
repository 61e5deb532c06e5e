const o = { [Symbol.iterator]() { return Object.fromEntries(o); } }; Object.fromEntries(o);
