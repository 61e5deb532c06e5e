function f() { Reflect.apply(f, null, []); }
f();
