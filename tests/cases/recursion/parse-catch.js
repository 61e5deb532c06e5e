eval('try{}catch(e){'.repeat(100_000));
