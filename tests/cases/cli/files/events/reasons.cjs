process.on('uncaughtException', (e, o) => { console.log('caught', e.name, e.message, e.code, o); });
process.on('exit', c => console.log('exit', c, process.exitCode));
Promise.reject(undefined);
Promise.reject(new TypeError('x'));
Promise.reject({});
setTimeout(() => console.log('alive'), 1000);
