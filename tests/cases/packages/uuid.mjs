import { MAX, NIL, parse, stringify, v1, v3, v4, v5, v6, v7, validate, version } from "uuid";

console.log(v5("hello.example.com", v5.DNS), v3("hello.example.com", v3.DNS), v5("https://example.com", v5.URL));
const random = Uint8Array.of(0x10, 0x91, 0x56, 0xbe, 0xc4, 0xfb, 0xc1, 0xea, 0x71, 0xb4, 0xef, 0xe1, 0x67, 0x1c, 0x58, 0x36);
console.log(v4({ random }), v7({ random, msecs: 1e12, seq: 7 }));
console.log(v1({ node: [1, 35, 69, 103, 137, 171], clockseq: 0x1234, msecs: 1e12, nsecs: 5 }), v6({ node: [1, 35, 69, 103, 137, 171], clockseq: 0x1234, msecs: 1e12, nsecs: 5 }));
const made = Array.from({ length: 100 }, () => v4());
console.log(new Set(made).size, made.every(validate), made.every((id) => version(id) === 4));
const ordered = Array.from({ length: 100 }, () => v7());
console.log(ordered.join() === ordered.toSorted().join(), version(ordered[0]));
console.log(stringify(parse("6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b")), validate("6ec0bd7f-11c0-43da-975e"), NIL, MAX);
