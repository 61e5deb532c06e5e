import readline from 'node:readline';
const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
let number = 0;
for await (const line of lines) console.log(++number, line);
