process.on('uncaughtException', (e,o) => console.log('c', e.message, o));
process.on('exit', c => console.log('exit', c));
setTimeout(()=>console.log('alive'), 300);
throw new Error('top');
