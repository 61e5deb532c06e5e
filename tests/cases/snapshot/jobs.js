// Jobs that are queued and have not begun, in their order.
const log = [];
queueMicrotask(() => log.push('a'));
Promise.resolve('b').then((x) => { log.push(x); queueMicrotask(() => log.push('b2')) });
(async () => { await null; log.push('c'); await null; log.push('c2') })();
Promise.reject('d').catch((x) => log.push(x));
const thenable = { then(resolve) { log.push('e'); resolve('e2') } };
Promise.resolve(thenable).then((x) => log.push(x));
queueMicrotask(() => log.push('f'));
// --- frozen here ---
console.log(log.length);
queueMicrotask(() => log.push('g'));
Promise.resolve().then(() => {}).then(() => {}).then(() => {}).then(() => console.log(log.join()));
'queued'
