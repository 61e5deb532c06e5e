for (let n = 100; n < 1_000_000; n *= 2) new RegExp('('.repeat(n) + ')'.repeat(n)).exec('');
