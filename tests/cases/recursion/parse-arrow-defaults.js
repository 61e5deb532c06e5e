eval('(a='.repeat(20_000));
