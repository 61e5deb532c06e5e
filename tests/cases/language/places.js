// The place of a call is that of the name that is called, wherever its arguments are; the place of a
// property that is read is that of its name.
const where = (e) => e.stack.trim().split('\n').slice(0, 2).map((l) => l.trim().replace(/^at /, '').replace('places.js', '')).join(' | ');
function show(name, f) { try { f() } catch (e) { console.log(name, where(e)); } }
const f = () => { throw new Error('x') };
const o = { f, g: { h: f }, get r() { throw Error('r') }, u: undefined };
show('call', () => f(
  1,
  2));
show('member', () => o.g
  .h(
    1));
show('index', () => o['f'](
   1));
show('new', () => { new (class K { constructor(a) { throw new Error(a) } })(
    1) });
class A { constructor() { throw new Error('A') } }
class B extends A { constructor() {
   super(
     1) } }
show('newA', () => new A(
  1));
show('super', () => new B());
show('spread', () => f(
  ...[1],
  2));
show('callcall', () => (() => f)()(
  1));
show('tmpl', () => f`a${
  1}`);
show('nested', () => f(
  f.name,
  f.call(null,
    1)));
show('opt', () => o?.g?.h(
  1));
show('optcall', () => o.f?.(
  1));
show('notfn', () => o.u(
  1));
show('prop', () => o.u.x);
show('prop2', () => o
  .u
  .x);
show('propcall', () => o.u.x(
   1));
show('null', () => null.x);
show('index2', () => o.u[
   'x']);
show('assign', () => { o.u.x = 1; });
show('getter', () => [1,
   o.r]);
show('ident', () => undefinedName + 1);
show('plus', () => 1 + 
   Symbol());
show('destruct', () => { const { x } = o.u; });
show('throw', () => { throw new Error(
   'x'); });
show('new2', () => { const e = new TypeError('x'); throw e });
show('eval', () => eval('(' + f + ')(\n1)'));
show('arrow', () => [1].map((x) => f(x,
  2)));
class Q { #p = undefined; #m() { f(1) } go() { this.#m(
   1) } bad() { this.#p(
   1) } }
show('private', () => new Q().go(
));
show('private2', () => new Q().bad());
show('ret', () => { return f(1) });
show('in', () => 'a' in 1);
show('tern', () => o.u ? 1 : o.u.x);
