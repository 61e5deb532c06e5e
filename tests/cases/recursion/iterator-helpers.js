let it = [1].values();
for (let i = 0; i < 50_000; i++) it = it.map((x) => x);
it.next();
