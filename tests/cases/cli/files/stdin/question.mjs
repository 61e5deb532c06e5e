import { createInterface } from 'node:readline/promises';
const prompt = createInterface({ input: process.stdin, output: process.stdout });
console.log(`Hello, ${await prompt.question('Name? ')}!`);
prompt.on('close', () => console.log('closed'));
prompt.close();
