eval('x=' + '{['.repeat(100_000));
