class Empty {}
class Point { constructor(x, y) { this.x = x; this.y = y; } norm() { return 1; } static origin = 0; }
class Point3 extends Point { constructor(x, y, z) { super(x, y); this.z = z; } }
class Tagged { get [Symbol.toStringTag]() { return "Never"; } }
class Private { #secret = 1; open = 2; }
console.log(new Empty(), new Point(1, 2), new Point3(1, 2, 3), new Private());
console.log(Empty, Point, Point3, class {}, class extends Point {}, [class A {}, class extends Empty {}]);
console.log(Object.assign(class Static {}, { a: 1, b: { c: 2 } }));
console.log(class extends null {}, class N extends null {});
Tagged.prototype.plain = 1;
class Data { } Data.prototype[Symbol.toStringTag] = "Data"; console.log(new Data());
class Other { } Other.prototype[Symbol.toStringTag] = "Tag"; console.log(new Other(), Object.assign(new Other(), { a: 1 }));
console.log(Point.prototype, Point3.prototype, Empty.prototype, Object.prototype);
function Old(a) { this.a = a; } Old.prototype.m = function () {};
console.log(new Old(1), Old, Old.prototype);
function Child() { Old.call(this, 2); } Child.prototype = Object.create(Old.prototype); console.log(new Child());
Child.prototype.constructor = Child; console.log(new Child());
const anonymous = new (class {})(); console.log(anonymous);
console.log({ p: new Point(1, { x: { y: 1 } }) });
console.log(Object.create(Point.prototype), Object.create(new Point(1, 2)));
console.log(Object.setPrototypeOf(new Point(1, 2), null) instanceof Point);
class Stack extends Map {} class Bag extends Set {} class Later extends Promise {} class When extends Date {} class Match extends RegExp {}
console.log(new Stack([[1, 2]]), new Bag([1]), Later.resolve(1), new When(0), new Match("a", "g"));
console.log(new (class extends Uint8Array {})(2), new (class Bytes extends Uint8Array {})(2));
console.log({ class() {} }.class, { class: class {} }.class, { "class" () {} }.class);
console.log([class C { }, class	Tab{}, class
Line{}]);
class ToString { toString() { return "mine"; } } console.log(new ToString(), [new ToString()]);
