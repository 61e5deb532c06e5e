const { EventEmitter } = require('events');
console.log(process instanceof EventEmitter, process.listenerCount('exit'));
const f = () => {}; process.on('exit', f); process.prependListener('exit', () => console.log('first'));
console.log(process.listenerCount('exit'), process.listeners('exit').length);
process.on('newListener', (n) => console.log('new', n)); process.on('foo', f); process.off('foo', f);
process.on('beforeExit', async () => { await null; console.log('async before'); throw new Error('rejected'); });
try { process.emit('error', new Error('e')) } catch (e) { console.log('thrown', e.message) }
process.once('bar', f); console.log(process.rawListeners('bar')[0].listener === f)
