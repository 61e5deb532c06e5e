eval('do '.repeat(100_000));
