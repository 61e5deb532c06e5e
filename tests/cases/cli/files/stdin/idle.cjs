console.log(typeof process.stdin.on, process.stdin.readableFlowing);
