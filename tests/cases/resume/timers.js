const sleep = (ms, value) => timer(performance.now() + ms).then(() => value);
const log = [];
const note = (text) => log.push(`${performance.now()} ${text}`);
// ---
const worker = async (name, ...pauses) => {
  for (const ms of pauses) {
    await sleep(ms);
    note(`${name} slept ${ms}`);
  }
  return name;
};
const workers = [worker('a', 10, 20, 30), worker('b', 15, 15), worker('c', 1, 1, 1, 50)];
const all = [
  Promise.race(workers).then((name) => note(`first is ${name}`)),
  Promise.all(workers).then((names) => note(`all: ${names}`)),
];
workers
// ---
all.push((async () => {
  try {
    await Promise.any([sleep(5).then(() => { throw new Error('no') }), sleep(25, 'late')]);
    await Promise.all([sleep(100), sleep(7).then(() => { throw new RangeError('too far') })]);
  } catch (error) {
    note(`caught ${error}`);
  } finally {
    await sleep(2);
    note('finally');
  }
})());
log.length
// ---
const interval = async function* (ms, times) {
  for (let i = 0; i < times; i++) yield await sleep(ms, i);
};
all.push((async () => {
  for await (const i of interval(4, 3)) note(`tick ${i}`);
})());
new Date().toISOString()
// ---
const show = async () => {
  await Promise.allSettled(all);
  await sleep(200);
  console.log(log.join('\n'));
  console.log(new Date().toISOString(), performance.now());
};
show()
