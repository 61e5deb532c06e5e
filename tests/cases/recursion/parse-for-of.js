eval('for(a of b)'.repeat(100_000));
