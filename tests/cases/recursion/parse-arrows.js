eval('()=>{'.repeat(100_000));
