// Integers of any size: digits of pi, modular powers, a big Fibonacci number, 64-bit arithmetic.
function pi(digits) {
  let [q, r, t, k, n, l] = [1n, 0n, 1n, 1n, 3n, 3n];
  let result = "";
  while (result.length < digits) {
    if (4n * q + r - t < n * t) {
      result += n;
      const next = 10n * (r - n * t);
      n = (10n * (3n * q + r)) / t - 10n * n;
      q *= 10n;
      r = next;
    } else {
      const next = (2n * q + r) * l;
      n = (q * (7n * k) + 2n + r * l) / (t * l);
      q *= k;
      t *= l;
      l += 2n;
      k += 1n;
      r = next;
    }
  }
  return result;
}

function power(base, exponent, modulus) {
  let result = 1n;
  base %= modulus;
  while (exponent > 0n) {
    if (exponent & 1n) result = (result * base) % modulus;
    exponent >>= 1n;
    base = (base * base) % modulus;
  }
  return result;
}

function isPrime(n) {
  let d = n - 1n;
  let s = 0;
  while ((d & 1n) === 0n) {
    d >>= 1n;
    s++;
  }
  witness: for (const a of [2n, 3n, 5n, 7n, 11n, 13n]) {
    let x = power(a, d, n);
    if (x === 1n || x === n - 1n) continue;
    for (let i = 1; i < s; i++) {
      x = (x * x) % n;
      if (x === n - 1n) continue witness;
    }
    return false;
  }
  return true;
}

// A mask, because quickjs-emscripten 0.32.0 computes `BigInt.asUintN(64, -1n)` wrongly.
const MASK = 2n ** 64n - 1n;

function random(seed) {
  let state = BigInt(seed);
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & MASK;
    return state;
  };
}

globalThis.run = function () {
  let [a, b] = [0n, 1n];
  for (let i = 0; i < 3000; i++) [a, b] = [b, a + b];
  const next = random(1);
  let mixed = 0n;
  for (let i = 0; i < 20000; i++) mixed ^= next() >> BigInt(i % 8);
  let prime = 2n ** 127n - 200n;
  let tried = 0;
  for (prime |= 1n; !isPrime(prime); prime += 2n) tried++;
  const factorial = Array.from({ length: 220 }, (_, i) => BigInt(i + 1)).reduce((x, y) => x * y);
  return [pi(600).slice(-10), String(a).slice(0, 20), mixed, tried, factorial.toString(16).length, power(3n, prime, 10n ** 40n)].join(" ");
};
