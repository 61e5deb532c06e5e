eval('new '.repeat(200_000));
