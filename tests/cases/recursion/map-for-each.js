function f() { new Map([[1, 2]]).forEach(f); }
f();
