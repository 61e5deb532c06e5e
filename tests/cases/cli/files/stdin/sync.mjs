import fs from 'node:fs';
const part = new Uint8Array(3);
console.log(fs.readSync(0, part), String.fromCharCode(...part));
console.log(JSON.stringify(fs.readFileSync(0, 'utf8')), fs.readFileSync('/dev/stdin').length);
