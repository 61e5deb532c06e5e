let o = 1;
for (let i = 0; i < 5_000; i++) { const inner = o; o = { toJSON: () => ({ inner }) }; }
JSON.stringify(o);
