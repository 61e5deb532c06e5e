process.on('SIGUSR2', (name, number) => console.log('first', name, number));
process.once('SIGUSR2', () => console.log('once'));
const timer = setInterval(() => {}, 1000);
process.kill(process.pid, 'SIGUSR2');
setTimeout(() => process.kill(process.pid, 'SIGUSR2'), 30);
setTimeout(() => { clearInterval(timer); }, 60);
try { process.kill(process.pid, 'SIGNONE'); } catch (error) { console.log(error.code); }
try { process.on('SIGKILL', () => {}); } catch (error) { console.log(error.code, error.syscall); }
console.log(process.kill(process.pid, 0));
