// Objects whose properties are more than properties.
function sloppy(a, b) { return [arguments, (to) => { a = to }, () => a] }
function strict(a) { 'use strict'; return [arguments, (to) => { a = to }] }
const [args, setArg, getArg] = sloppy(1, 2, 3), [copy, setCopy] = strict(1);
const array = [3, 1, 2], string = Object('text'), arrayLike = { length: 2, 0: 'a', 1: 'b' };
array.named = 'n';
const frozen = Object.freeze([1, 2]);
globalThis.property = 'global';
var variable = 'var';
let lexical = 'let';
const iterator = array.entries(), keys = (function* () { for (const key in args) yield key })();
iterator.next();
keys.next();
// --- frozen here ---
setArg('set');
setCopy('set');
console.log(args[0], copy[0], args.length);
args[0] = 'back';
console.log(getArg(), delete args[0], (setArg('cut'), args[0]));
array.length = 2;
array[5] = 'far';
console.log(array.length, array.named, 3 in array, Object.keys(array).join());
console.log([...iterator].map(String).join(' '), [...keys].join());
console.log(string[1], string.length, Array.from(arrayLike).join(), Object.keys(string).join());
try { frozen.push(3) } catch (error) { console.log(error.name) }
console.log(property, variable, lexical, 'variable' in globalThis, 'lexical' in globalThis);
globalThis.property === property
