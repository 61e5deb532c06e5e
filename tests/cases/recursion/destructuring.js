const o = { get [Symbol.iterator]() { const [a] = o; } }; const [a] = o;
