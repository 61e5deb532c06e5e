let C = class {};
for (let i = 0; i < 20_000; i++) C = class extends C {};
new C();
