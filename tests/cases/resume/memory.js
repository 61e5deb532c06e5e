const kept = [];
for (let i = 0; i < 20000; i++) kept.push({ i, text: 'x' + i });
kept.length
// ---
const buffer = new ArrayBuffer(1 << 20);
new Uint32Array(buffer).forEach((_, i, view) => { view[i] = i * 2654435761 });
kept.splice(100, 19800);
kept.length
// ---
let rope = '';
for (let i = 0; i < 50000; i++) rope += String.fromCharCode(0x3b1 + i % 24);
rope.length
// ---
const cyclic = [];
for (let i = 0; i < 5000; i++) { const a = {}, b = { a }; a.b = b; if (i % 100 === 0) cyclic.push(a) }
cyclic.length
// ---
rope = rope.replaceAll('α', '');
const doubled = new Uint8Array(buffer.transfer(2 << 20));
[rope.length, doubled.length, doubled.subarray(0, 12)]
// ---
try { new Array(1e9).fill(0); } catch (error) { console.log(error.name) }
kept.length = 0;
cyclic.length = 0;
rope = ''
// ---
const sorted = Array.from({ length: 3000 }, (_, i) => (i * 7919) % 3001).sort((a, b) => a - b);
sorted.every((x, i) => i === 0 || sorted[i - 1] < x)
