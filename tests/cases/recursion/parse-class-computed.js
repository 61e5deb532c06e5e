eval('(class{['.repeat(100_000));
