process.on('unhandledRejection', (e,p) => console.log('u', e.message, p));
process.on('exit', c => console.log('exit', c));
setTimeout(()=>console.log('alive'), 300);
await 0;
throw new Error('top');
