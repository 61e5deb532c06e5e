process.on('exit', c => console.log('exit', c, process.exitCode));
process.on('unhandledRejection', (r, p) => console.log('unhandled', r, p instanceof Promise));
process.on('rejectionHandled', (p) => console.log('handled later', p instanceof Promise));
const p = Promise.reject(1); Promise.reject(2); const q = Promise.reject(3); q.catch(() => {});
setTimeout(() => p.catch(() => console.log('catch')), 1000);
