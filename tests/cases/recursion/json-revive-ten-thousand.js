const n = 10_000, text = '{"a":['.repeat(n / 2) + ']}'.repeat(n / 2);
let seen = 0;
const value = JSON.parse(text, (key, value) => (seen++, value));
if (JSON.stringify(value) !== text || seen !== n) throw new Error(`${seen}`);
