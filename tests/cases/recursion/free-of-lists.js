let list = null;
for (let i = 0; i < 100_000; i++) list = { list };
list = null;
for (let i = 0; i < 100_000; i++) list = [list];
list = null;
for (let i = 0; i < 100_000; i++) { const inner = list; list = () => inner; }
list = null;
for (let i = 0; i < 100_000; i++) list = new Map([[1, list]]);
list = null;
let s = '';
for (let i = 0; i < 20_000; i++) s = i % 2 ? s + 'a' : 'b' + s;
s.length;
s = null;
throw new RangeError();
