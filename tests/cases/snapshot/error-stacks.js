// Where an error was made is known even where the source is not any more.
const inner = () => new TypeError('made before', { cause: new Error('the cause') });
function outer() { return inner() }
const error = outer();
let thrown;
try {
  null.property;
} catch (caught) {
  thrown = caught;
}
class Custom extends Error { name = 'Custom'; code = 7 }
const custom = new Custom('own'), several = new AggregateError([error, custom], 'several');
// --- frozen here ---
console.log(error.stack.trim());
console.log(`${thrown}`, thrown.stack.trim().split('\n')[0]);
console.log(error.cause.message, `${custom}`, custom.code, several.errors[0] === error);
const later = outer();
console.log(later.stack === error.stack, later.stack.split('\n').length - error.stack.split('\n').length);
console.log(later.stack.trim().split('\n').at(-1), custom instanceof Custom);
throw error
