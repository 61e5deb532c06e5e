process.on('exit', c => { console.log('exit', c, process.exitCode); throw new Error('in exit'); });
