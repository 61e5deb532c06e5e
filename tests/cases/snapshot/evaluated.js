// Functions made of text, with the scopes they see.
var global = 'global';
function scope(local) {
  return [eval('(x) => [local, x, global].join()'), (0, eval)('() => typeof local'), (code) => eval(code)];
}
const [direct, indirect, evaluate] = scope('local');
const made = new Function('a', 'b = a', 'return [a, b, typeof made].join()');
const generated = Object.getPrototypeOf(function* () {}).constructor('yield 1; yield 2')();
generated.next();
evaluate('var declared = 1');
eval('var fromEval = 5');
with ({ inWith: 'w' }) var seesWith = () => inWith;
// --- frozen here ---
global = 'changed';
console.log(direct('x'), indirect(), evaluate('local += "!"'), direct('y'));
console.log(made(1), made(1, 2), made.name, generated.next().value, evaluate('typeof declared'));
console.log(fromEval, delete globalThis.fromEval, typeof fromEval, seesWith());
eval('let inner = 1; (() => ++inner)')()
