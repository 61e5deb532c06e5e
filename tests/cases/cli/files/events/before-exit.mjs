process.on('exit', c => console.log('exit', c, process.exitCode));
let n = 0;
process.on('beforeExit', c => { console.log('beforeExit', c, process.exitCode); if (n++ < 2) setTimeout(() => console.log('timer', n), 1); });
process.on('beforeExit', () => { if (n === 3) { n++; Promise.resolve().then(() => console.log('micro')); process.nextTick(() => console.log('tick')); } });
console.log('main');
