let e = new Error('x');
for (let i = 0; i < 20_000; i++) e = new Error('x', { cause: e });
globalThis.structuredClone?.(e);
throw new RangeError();
