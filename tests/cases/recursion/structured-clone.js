let o = {};
for (let i = 0; i < 20_000; i++) o = { o };
if (!globalThis.structuredClone) throw new RangeError();
structuredClone(o);
throw new RangeError();
