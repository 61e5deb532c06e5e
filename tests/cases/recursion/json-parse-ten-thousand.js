const n = 10_000;
if (JSON.parse('['.repeat(n) + ']'.repeat(n)).length !== 1) throw 1;
JSON.parse('{"a":'.repeat(n) + '1' + '}'.repeat(n));
