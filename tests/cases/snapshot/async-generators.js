// Suspended at `await` and at `yield`, with calls that wait in their queue.
const log = [];
async function* produce(name) {
  try {
    for (let i = 0; i < 3; i++) {
      await ask(`${name}${i}`);
      yield `${name}${i}`;
    }
  } finally {
    await ask(`close ${name}`);
    log.push(`${name} closed`);
  }
}
const queued = produce('q');
const calls = [queued.next(), queued.next(), queued.return('r'), queued.next()];
const loop = (async () => {
  for await (const x of produce('l')) {
    log.push(x);
    if (x === 'l1') break;
  }
})();
const fed = produce('f');
fed.next();
const sync = (async () => { for await (const x of [ask('s'), 'plain']) log.push(x) })();
// --- frozen here, when no job is left ---
(async () => {
  const results = await Promise.all(calls);
  console.log(results.map(({ value, done }) => `${value} ${done}`).join(', '));
  await Promise.all([loop, sync]);
  await fed.throw(new Error('thrown in')).catch((error) => log.push(error.message));
  console.log(log.join(', '));
})();
log.length
