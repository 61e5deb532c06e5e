const sleep = (ms) => timer(performance.now() + ms);
async function* produce(name, ms) {
  try {
    for (let i = 0; ; i++) {
      await sleep(ms);
      yield `${name}${i}`;
    }
  } finally {
    await sleep(1);
    console.log('closed', name);
  }
}
const direct = produce('d', 3);
const asked = [direct.next(), direct.next(), direct.return('r'), direct.next()];
Promise.all(asked).then((all) => console.log(all.map(({ value, done }) => `${value} ${done}`)))
// ---
(async () => {
  for await (const x of produce('a', 5)) {
    console.log(x);
    if (x === 'a2') break;
  }
})()
// ---
(async () => {
  async function* nested() { yield 'first'; yield* produce('n', 4) }
  const steps = nested();
  for (let i = 0; i < 3; i++) console.log((await steps.next()).value);
  try {
    await steps.throw(new Error('stop'));
  } catch (error) {
    console.log(error.message);
  }
})()
