const { promise, resolve } = Promise.withResolvers();
const log = [];
promise.then((x) => log.push(`1 ${x}`)).then(() => log.push('2'));
promise.then((x) => { throw new TypeError(x) }).catch((e) => log.push(`3 ${e.message}`));
promise
// ---
queueMicrotask(() => { log.push('micro'); queueMicrotask(() => log.push('micro 2')) });
Promise.reject(new Error('nobody listens'));
const late = Promise.reject(new Error('somebody will'));
log
// ---
late.catch((e) => log.push(e.message));
resolve('now');
log.slice()
// ---
const thenable = { then(resolve) { log.push('asked'); resolve('thenable') } };
(async () => log.push(await thenable, await null, await Promise.resolve(5)))();
log.slice()
// ---
queueMicrotask(() => { throw new SyntaxError('thrown by a job') });
Promise.allSettled([promise, Promise.reject(2), 3]).then((all) => log.push(JSON.stringify(all)));
class Sub extends Promise {}
const sub = Sub.resolve(1).finally(() => log.push('finally'));
[sub instanceof Sub, sub]
// ---
Promise.resolve().then(() => {}).then(() => console.log(log))
