eval('a?b:'.repeat(200_000));
