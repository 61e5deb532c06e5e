// Long, wide, sliced, joined lazily, with lone surrogates, as property keys.
const lone = 'a\ud800b\udc00', long = 'x'.repeat(1e6) + 'é', wide = 'я'.repeat(1e5);
let rope = '';
for (let i = 0; i < 1e4; i++) rope += i;
const slice = long.slice(999_990), keyed = { [lone]: 1, [wide]: 2, [slice]: 3 };
const parts = rope.split('99'), interned = ['length', 'constructor', 'x'];
// --- frozen here ---
console.log(lone.length, lone.charCodeAt(1).toString(16), lone.isWellFormed(), lone.toWellFormed());
console.log(long.length, long.at(-1), long.lastIndexOf('x'), slice);
console.log(wide.length, wide.codePointAt(99_999), rope.length, rope.slice(-12), parts.length);
console.log(keyed['a\ud800b\udc00'], keyed['я'.repeat(1e5)], keyed[slice]);
rope += '!';
console.log(rope.endsWith('9999!'), `${'x'.repeat(1e6)}é` === long, lone < 'b');
interned.map((name) => [][name] ?? Object[name]).length
