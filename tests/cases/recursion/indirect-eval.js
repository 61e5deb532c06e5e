globalThis.f = () => (0, eval)('f()'); f();
