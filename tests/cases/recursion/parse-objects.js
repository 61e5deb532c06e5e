eval('x=' + '{a:'.repeat(100_000));
