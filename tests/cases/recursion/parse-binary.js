eval('1+('.repeat(100_000));
