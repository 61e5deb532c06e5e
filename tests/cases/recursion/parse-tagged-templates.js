eval('a`${'.repeat(100_000));
