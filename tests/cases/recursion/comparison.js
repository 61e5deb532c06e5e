const o = { valueOf() { return o < o; } }; o < o;
