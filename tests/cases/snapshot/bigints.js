const small = 5n, negative = -(2n ** 64n), huge = 3n ** 1000n;
const factorial = (n) => n ? n * factorial(n - 1n) : 1n;
const keys = new Map([[huge, 'huge'], [0n, 'zero']]);
let running = 1n;
for (let i = 0; i < 100; i++) running = running * 6364136223846793005n + 1442695040888963407n;
// --- frozen here ---
console.log(small, negative, huge % 1000007n, String(huge).length);
console.log(keys.get(3n ** 1000n), keys.get(-0n), huge === 3n ** 1000n);
console.log(BigInt.asUintN(64, running), BigInt.asIntN(8, 255n), factorial(25n));
console.log(huge / 3n ** 999n, negative >> 60n, typeof Object(small), 2n > 1, 2n == 2);
running & 0xffffn
