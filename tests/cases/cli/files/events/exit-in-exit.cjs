process.on('exit', c => { console.log('exit', c, process.exitCode); process.exit(); });
process.on('exit', c => { console.log('second', c, process.exitCode); });
process.exit(5);
