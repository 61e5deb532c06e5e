eval('import('.repeat(100_000));
