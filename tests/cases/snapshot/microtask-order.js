// The order of reactions depends on how many turns each way to await takes.
const log = [];
const step = (name) => () => { log.push(name) };
async function returnsPromise() { return Promise.resolve() }
async function awaitsPromise() { await Promise.resolve() }
async function plain() {}
returnsPromise().then(step('returned'));
awaitsPromise().then(step('awaited'));
plain().then(step('plain'));
new Promise((resolve) => resolve(Promise.resolve())).then(step('resolved'));
Promise.resolve().then(step(1)).then(step(2)).then(step(3)).then(step(4)).then(step(5));
// --- frozen here ---
(async () => {
  for (let i = 0; i < 8; i++) await null;
  console.log(log.join(' '));
})();
'later'
