for (let n = 100; n < 100_000; n *= 2) eval('`${'.repeat(n) + '1' + '}`'.repeat(n));
