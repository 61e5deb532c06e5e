// Live bindings, cycles, a module that waits, one that failed, one that comes later.
let counter, cycle, failure;
const slow = import('slow');
import('counter').then((namespace) => { counter = namespace; counter.next() });
import('cycle').then((namespace) => { cycle = namespace });
import('fails').catch((error) => { failure = error });
// --- frozen here, when no job is left ---
const { count, next } = counter;
console.log(count, counter.count, next(), counter.next(), counter.count, counter.default);
console.log(Object.keys(counter).join(), Reflect.set(counter, 'count', 9), counter[Symbol.toStringTag]);
console.log(cycle.name(), cycle.partner.name());
console.log(failure.message);
(async () => {
  console.log((await import('counter')) === counter, (await import('reader')).read());
  counter.next();
  console.log((await import('reader')).read());
  await import('fails').catch((error) => console.log(error === failure));
  const namespace = await slow;
  console.log(namespace.answer, (await import('slow')) === namespace);
})();
typeof counter
// --- module counter ---
export let count = 0;
export const next = () => ++count;
export default 'default';
// --- module reader ---
import { count } from 'counter';
import * as all from 'counter';
export const read = () => `${count} ${all.count} ${import.meta.url ?? ''}`.trim();
// --- module cycle ---
import * as partner from 'partner';
export { partner };
export function name() { return 'cycle with ' + partner.label }
export const label = 'cycle';
// --- module partner ---
import * as cycle from 'cycle';
export const label = 'partner';
export function name() { return 'partner with ' + cycle.label }
// --- module slow ---
export const answer = await ask('slow');
// --- module fails ---
throw new Error('cannot be loaded');
