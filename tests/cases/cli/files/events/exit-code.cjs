process.on('exit', c => { console.log('exit', c, process.exitCode); process.exitCode = 9; });
Promise.reject(new Error('boom'));
setTimeout(() => console.log('never'), 500);
