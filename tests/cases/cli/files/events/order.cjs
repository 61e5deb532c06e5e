process.on('multipleResolves', console.log);
process.once('beforeExit', () => { console.log('once before'); setImmediate(() => console.log('immediate')); });
process.on('beforeExit', () => console.log('before'));
process.on('exit', () => console.log('exit'));
