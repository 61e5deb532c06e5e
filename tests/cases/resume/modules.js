let counter;
import('counter').then((namespace) => { counter = namespace; console.log('loaded', counter.count) });
typeof counter
// ---
import('missing').catch((error) => console.log(error.message));
timer(5).then(async () => console.log((await import('counter')) === counter, counter.next()))
// ---
timer(10).then(() => console.log(counter.count, counter.next(), counter.count))
// ---
Object.keys(counter ?? {})
