let it = { next: () => ({ done: true }) };
for (let i = 0; i < 50_000; i++) { const inner = it; it = { next: () => inner.next() }; }
Iterator.from(it).next();
