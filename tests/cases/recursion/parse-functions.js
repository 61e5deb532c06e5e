eval('function f(){'.repeat(100_000));
