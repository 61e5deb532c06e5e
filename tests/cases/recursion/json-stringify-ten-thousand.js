const n = 10_000, text = '{"a":['.repeat(n / 2) + ']}'.repeat(n / 2);
if (JSON.stringify(JSON.parse(text)) !== text) throw 1;
JSON.stringify(JSON.parse(text), (key, value) => value);
const indented = JSON.stringify(JSON.parse('['.repeat(1000) + ']'.repeat(1000)), null, 1);
if (indented.length !== 1000 * 1000 + 1000 * 2 - 1) throw new Error(`${indented.length}`);
