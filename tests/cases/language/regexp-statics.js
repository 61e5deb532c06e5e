// The legacy static properties of RegExp.
const P = console.log;
const all = () => JSON.stringify([RegExp.$1, RegExp.$2, RegExp.$9, RegExp.lastMatch, RegExp["$&"], RegExp.lastParen, RegExp["$+"], RegExp.leftContext, RegExp["$`"], RegExp.rightContext, RegExp["$'"], RegExp.input, RegExp.$_]);
P(all());
/(y+)/.test("ayyyyb"); P(all());
/(a)|(b)/.exec("xxb!"); P(all());
/nope/.test("ayyyyb"); P(all());
"a-b-c".replace(/-/g, ""); P(all());
"k=v".replace(/(\w)=(\w)/, "$2"); P(all());
"a1b2".split(/\d/); P(all());
/(1)(2)(3)(4)(5)(6)(7)(8)(9)(10)(11)/.test("_1234567891011_"); P(all());
RegExp.input = "assigned"; P(all());
/(?:)/.test(""); P(all());
/(é)日(本)/u.test("x é日本 y"); P(all());
/(?<=(a))b(?=(c))/.test("abc"); P(all());
"héllo".match(/l/g); P(all());
try { class S extends RegExp {}; P(S.$1) } catch (e) { P(e.name) }
/x/.test("x"); P(JSON.stringify(Object.getOwnPropertyDescriptor(RegExp, "$1").set));
// Of a long subject nothing but the match is kept.
const long = 'a'.repeat(5000) + '<tag>' + 'b'.repeat(5000);
/<(t(a)g)>/.test(long); P(JSON.stringify([RegExp.$1, RegExp.$2, RegExp.lastMatch, RegExp.leftContext, RegExp.rightContext, RegExp.input]));
/(a+)(<)/.test(long); P(JSON.stringify([RegExp.$1, RegExp.$2, RegExp.lastMatch]));
const part = /<(t)ag>/.exec(long)[0]; /(a)g/.exec(part); P(JSON.stringify([RegExp.input, RegExp.leftContext, RegExp.$1, RegExp.rightContext]));
