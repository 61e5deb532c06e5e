let depth = 0;
function f() { depth++; f(); }
f();
