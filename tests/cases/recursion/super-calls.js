let C = class { m() { return 1; } };
for (let i = 0; i < 20_000; i++) C = class extends C { m() { return super.m(); } };
new C().m();
