// Made before and settled after; made by the function that was there before.
const answers = [];
const note = (promise) => promise.then((answer) => answers.push(answer));
const waiting = [note(ask('one')), note(ask('two'))];
const keep = { ask, bound: ask.bind(null, 'bound') };
note(ask(`${ask.name} ${ask.length}`));
// --- frozen here ---
waiting.push(note(keep.ask('three')), note(keep.bound()));
(async () => {
  await Promise.all(waiting);
  console.log(answers.join());
  const nested = await ask(await ask('deep'));
  console.log(nested, ask === keep.ask);
})();
answers.length
