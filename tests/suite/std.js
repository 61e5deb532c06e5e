// What the engine's tests of the language use of `qjs:std`.
export const gc = globalThis.gc;
