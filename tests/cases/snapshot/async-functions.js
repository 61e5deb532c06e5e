// Suspended at `await` in a loop, in `try`, in arguments and in each other.
const log = [];
const nap = (name) => ask(name).then((answer) => { log.push(answer); return answer });
async function loop() {
  let sum = '';
  for (const name of ['a', 'b', 'c']) sum += await nap(name);
  return sum;
}
async function guarded() {
  try {
    await nap('try');
    throw new Error('from try');
  } catch ({ message }) {
    return message + (await nap('catch'));
  } finally {
    await nap('finally');
  }
}
const arrow = async (x) => [x, await nap('first'), await nap('second')].join();
const method = { name: 'object', async get() { await nap('this'); return this.name } };
const all = [loop(), guarded(), arrow('x'), method.get(), (async () => (await loop()) + '?')()];
// --- frozen here, when no job is left ---
console.log(log.length);
Promise.all(all).then((results) => {
  console.log(results.join(' | '));
  console.log(log.join(' '));
});
all.length
