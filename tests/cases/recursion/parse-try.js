eval('try{'.repeat(100_000));
