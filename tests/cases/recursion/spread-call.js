function f(...a) { f(...a); }
f(1, 2, 3);
