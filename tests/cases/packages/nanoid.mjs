import { customAlphabet, customRandom, nanoid, urlAlphabet } from "nanoid";
import { nanoid as insecure } from "nanoid/non-secure";

const ids = Array.from({ length: 500 }, () => nanoid());
console.log(new Set(ids).size, ids.every((id) => id.length === 21 && [...id].every((c) => urlAlphabet.includes(c))));
console.log(nanoid(5).length, /^[0-9a-f]{12}$/.test(customAlphabet("0123456789abcdef", 12)()));
let state = 1;
const numbers = (count) => Uint8Array.from({ length: count }, () => (state = (state * 75 + 74) % 65537));
console.log(customRandom("abcde", 10, numbers)(), insecure(8).length);
