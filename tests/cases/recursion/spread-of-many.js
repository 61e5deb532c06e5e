Math.max(...new Array(10_000_000));
