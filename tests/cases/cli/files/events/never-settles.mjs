process.on('exit', c => { console.log('exit', c, process.exitCode); });
process.on('beforeExit', c => console.log('beforeExit'));
await new Promise(() => {});
