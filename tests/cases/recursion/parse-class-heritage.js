eval('(class extends '.repeat(100_000));
