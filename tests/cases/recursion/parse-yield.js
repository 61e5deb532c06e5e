eval('function*f(){' + 'yield '.repeat(200_000));
