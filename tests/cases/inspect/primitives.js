console.log(undefined, null, true, false);
console.log(0, -0, 1, -1, 1.5, 1e21, 1e-7, 123456789012345680000, 0.1 + 0.2, NaN, Infinity, -Infinity);
console.log(0n, 1n, -12345678901234567890n);
console.log("text", "it's", 'say "hi"', "");
console.log(Symbol("a"), Symbol(), Symbol.for("b"), Symbol.iterator, Symbol(""), Symbol("it's"), Symbol("line\nbreak"));
console.log([undefined, null, true, -0, 0, 1n, "text", Symbol("a")]);
console.log([Symbol("it's"), Symbol("a\nb"), Symbol("\x01")]);
console.log();
console.log("");
console.log("a", "", "b");
console.log(new Number(3), new Number(-0), new Boolean(true), Object(1n), Object(Symbol("s")), new String("abc"));
console.log(Object.assign(new Number(3), { x: 1 }), Object.assign(new String("abc"), { x: 1 }));
class MyNumber extends Number {}
class MyString extends String {}
console.log(new MyNumber(1), new MyString("a"));
console.log([new Boolean(false), new String("it's"), Object(Symbol.iterator)]);
