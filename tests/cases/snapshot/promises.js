// Pending promises, those that follow others, and reactions in the order they were added.
const log = [];
const one = Promise.withResolvers(), two = Promise.withResolvers();
one.promise.then((x) => { log.push(`1 ${x}`); return two.promise }).then((x) => log.push(`2 ${x}`));
one.promise.then((x) => log.push(`3 ${x}`));
const follower = new Promise((resolve) => resolve(two.promise));
follower.catch((x) => { log.push(`follower ${x}`) });
two.promise.finally(() => log.push('finally')).catch((x) => log.push(`4 ${x}`));
const all = Promise.all([one.promise, 2, Promise.resolve(3)]);
const race = Promise.race([two.promise, one.promise]);
const any = Promise.any([two.promise, one.promise]);
const settled = Promise.allSettled([one.promise, two.promise]);
const fulfilled = Promise.resolve('before'), rejected = Promise.reject(new Error('before'));
rejected.catch(() => {});
// --- frozen here, when no job is left ---
one.resolve('one');
one.reject('too late');
Promise.resolve().then(() => two.reject('two'));
Promise.all([all, race, any, settled, fulfilled, rejected.catch((e) => e.message)]).then((results) => {
  console.log(JSON.stringify(results));
  console.log(log.join('; '));
});
const { then } = fulfilled;
[one.promise.then === then, fulfilled instanceof Promise]
