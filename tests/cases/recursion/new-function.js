globalThis.f = () => new Function('f()')();
f();
