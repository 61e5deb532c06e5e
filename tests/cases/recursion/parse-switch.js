eval('switch(a){case 1:'.repeat(100_000));
