eval('if(a)'.repeat(100_000));
