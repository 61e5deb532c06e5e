function f() { new Promise(f); throw new RangeError(); } let n = 0; function g() { Promise.try(g); n++; } g(); if (n < 10) throw new Error('few'); throw new RangeError();
