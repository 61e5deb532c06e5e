eval('x=' + '{a(){x='.repeat(100_000));
