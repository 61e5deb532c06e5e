eval('(class{a='.repeat(100_000));
