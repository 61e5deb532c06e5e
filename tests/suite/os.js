// What the engine's tests of the language use of `qjs:os`.
export const platform = "wasm";
export const now = () => performance.now();
