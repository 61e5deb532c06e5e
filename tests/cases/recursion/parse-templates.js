eval('`${'.repeat(20_000) + '}`'.repeat(20_000));
