eval('while(1)'.repeat(100_000));
