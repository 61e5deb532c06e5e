process.on('unhandledRejection', r => { console.log('u', r); throw new Error('from listener'); });
process.on('uncaughtException', (e,o) => console.log('c', e.message, o));
Promise.reject(1);
setTimeout(()=>console.log('alive'), 300);
