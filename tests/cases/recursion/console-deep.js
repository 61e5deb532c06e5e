let o = {};
for (let i = 0; i < 100_000; i++) o = { o };
globalThis.console?.log(o);
throw new RangeError();
