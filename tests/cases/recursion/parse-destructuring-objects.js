eval('let ' + '{a:'.repeat(20_000));
