eval('typeof '.repeat(200_000));
