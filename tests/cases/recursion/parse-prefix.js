eval('- '.repeat(200_000));
