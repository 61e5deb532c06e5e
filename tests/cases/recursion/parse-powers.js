eval('a**'.repeat(200_000));
