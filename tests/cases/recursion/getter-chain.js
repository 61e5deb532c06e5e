let o = { get x() { return 1; } };
for (let i = 0; i < 50_000; i++) { const inner = o; o = { get x() { return inner.x; } }; }
o.x;
