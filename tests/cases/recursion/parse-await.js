eval('(async()=>{' + 'await '.repeat(200_000));
