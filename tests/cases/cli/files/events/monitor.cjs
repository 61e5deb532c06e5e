process.on('uncaughtExceptionMonitor', (e, o) => console.log('monitor', e.message, o));
process.on('exit', c => console.log('exit', c, process.exitCode));
process.exitCode = 4;
throw new Error('die');
