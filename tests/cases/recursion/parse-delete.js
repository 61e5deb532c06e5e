eval('delete '.repeat(200_000));
