eval('!'.repeat(300_000) + '1');
