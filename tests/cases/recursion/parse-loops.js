eval('for(;;)'.repeat(100_000));
