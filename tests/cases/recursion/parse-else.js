eval('if(a);else '.repeat(100_000));
