const show = (value) => console.dir(value, { showHidden: true });
show([1, 2]); show({ a: 1 }); show(Object.defineProperty({ seen: 1 }, "hidden", { value: { x: 1 } }));
show(Object.defineProperty({}, Symbol("hidden"), { value: 1 })); show(Object.defineProperty({}, "get hidden", { get() {} }));
class Base { get base() { return 1; } method() {} } Base.prototype.shared = [1]; class Derived extends Base { own = 1; get derived() { return 2; } set both(v) {} get both() { return 1; } }
show(new Derived()); show(new Base()); show([new Derived()]);
show(new Map([[1, { a: 1 }]])); show(new Set([1]));
show(new Uint8Array(2)); show(new Uint8Array(0)); show(new ArrayBuffer(2)); show(new DataView(new ArrayBuffer(1)));
show(new Date(0)); show(/x/g); show(new String("ab")); show(Promise.resolve(1)); show(Symbol("x"));
show(Object.create({ inherited: 1, method() {} })); show(Object.create(Object.create({ two: 2 }, { one: { value: 1 } })));
show(Object.create(null)); show(() => {}); show({ method() {} }); show(class A { static s = 1; m() {} });
console.log("%o", { a: { b: { c: { d: { e: { f: 1 } } } } } }); console.log("%o", [[[]]]); console.log("%o", "text"); console.log("%o", new Proxy([1], { get() {} }));
