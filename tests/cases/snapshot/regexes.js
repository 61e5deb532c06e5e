const global = /(?<letter>[a-z])(\d)?/g, sticky = /\d/y, unicode = /\p{Lu}/gu, plain = /x/i;
const text = 'a1bc2d';
global.exec(text);
global.exec(text);
sticky.lastIndex = 1;
const match = /(?<year>\d{4})-(\d\d)/d.exec('on 2024-05-06');
const odd = new RegExp('a/b\\n', 'gimsuyd');
odd.lastIndex = 7;
class Counting extends RegExp { exec(s) { Counting.calls++; return super.exec(s) } static calls = 0 }
const counting = new Counting('o', 'g');
'foo'.replace(counting, '0');
// --- frozen here ---
console.log(global.lastIndex, global.exec(text).groups.letter, global.lastIndex, global.exec(text)[2]);
console.log(global.exec(text), global.lastIndex);
console.log(sticky.test(text), sticky.lastIndex, sticky.test(text), sticky.lastIndex);
console.log(match.index, match.groups.year, match.indices[2].join(), match.input);
console.log(String(odd), odd.lastIndex, odd.flags, odd.source);
console.log('ÄbÇ'.match(unicode).join(), plain.test('X'), Counting.calls);
console.log('foo'.replace(counting, '0'), Counting.calls, counting instanceof RegExp);
'2024-05'.replace(/(\d+)-(\d+)/, '$2/$1')
