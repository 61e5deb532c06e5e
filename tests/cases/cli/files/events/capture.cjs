process.on('exit', c => console.log('exit', c));
process.setUncaughtExceptionCaptureCallback(e => console.log('captured', e.message));
console.log(process.hasUncaughtExceptionCaptureCallback());
try { process.setUncaughtExceptionCaptureCallback(() => {}); } catch (e) { console.log(e.code); }
setTimeout(() => { throw new Error('a'); }, 500);
Promise.reject(new Error('b'));
setTimeout(() => { process.setUncaughtExceptionCaptureCallback(null); console.log(process.hasUncaughtExceptionCaptureCallback()); }, 700);
