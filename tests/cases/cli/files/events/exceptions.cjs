process.on('exit', c => console.log('exit', c));
process.on('uncaughtExceptionMonitor', (e, o) => console.log('monitor', e.message, o));
process.on('uncaughtException', (e, o) => console.log('caught', e.message, o));
setTimeout(() => { throw new Error('three'); }, 1);
setTimeout(() => console.log('timer'), 10);
process.nextTick(() => { throw new Error('two'); });
throw new Error('one');
