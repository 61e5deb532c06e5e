eval('with(a)'.repeat(100_000));
