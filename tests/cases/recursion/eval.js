function f() { eval('f()'); }
f();
