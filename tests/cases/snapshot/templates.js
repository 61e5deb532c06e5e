// The strings of a tagged template are one object for each place in the source.
const identity = (strings, ...values) => strings;
const place = (x) => identity`a${x}\n`;
const other = () => identity`a${0}\n`;
const first = place(1);
const cache = new WeakMap([[first, 'cached']]);
// --- frozen here ---
console.log(place(2) === first, other() === first, other() === other(), cache.get(place(3)));
console.log(JSON.stringify(first), JSON.stringify(first.raw), Object.isFrozen(first));
String.raw`\u${'x'}\n`
