const dive = (n) => n ? dive(n - 1) : new Error('deep');
let stack = dive(3).stack;
stack.split('\n').length
// ---
throw Object.assign(new RangeError('out', { cause: 'in' }), { code: 7 })
// ---
const broken = ;
// ---
null.x
// ---
let depth = 0;
const fall = () => { depth++; fall() };
try { fall() } catch (error) { console.log(error.name, depth > 1000) }
depth > 1000
// ---
throw 'a string'
// ---
Promise.reject(dive(1)).finally(() => console.log('finally'))
// ---
double('no number')
// ---
stack
