const C = { [Symbol.hasInstance](x) { return x instanceof C; } };
1 instanceof C;
