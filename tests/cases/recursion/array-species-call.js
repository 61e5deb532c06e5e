class A extends Array { constructor(n) { super(n); if (n === 1) this.slice(0, 1); } } new A(1);
