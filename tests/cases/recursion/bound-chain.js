let f = () => 1;
for (let i = 0; i < 3_000; i++) f = f.bind(null);
f();
