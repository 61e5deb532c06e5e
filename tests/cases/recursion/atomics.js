const o = { valueOf() { return Atomics.add(new Int32Array(1), 0, o); } };
Atomics.add(new Int32Array(1), 0, o);
