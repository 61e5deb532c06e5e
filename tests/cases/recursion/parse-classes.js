eval('class A{static{'.repeat(100_000));
