// Global names of every kind, and what a second script may do with them.
var variable = 1;
let mutable = 1;
const constant = { x: 1 };
function declared() { return mutable }
class Local {}
const early = () => notYet;
globalThis.assigned = 1;
Object.defineProperty(globalThis, 'computed', { get: () => mutable * 10 });
Array.prototype.second = function () { return this[1] };
const { log } = console;
// --- frozen here ---
variable++;
mutable++;
console.log(variable, mutable, declared(), computed, assigned, globalThis.mutable);
try { constant = 0 } catch (error) { console.log(error.name) }
try { early() } catch (error) { console.log(error.name) }
console.log(typeof Local, typeof globalThis.Local, [1, 2].second(), constant.x);
log(delete globalThis.assigned, typeof assigned, typeof notYet === 'undefined');
declared = () => 'replaced';
declared()
