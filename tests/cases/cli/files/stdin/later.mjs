import fs from 'node:fs';
import { readFile } from 'node:fs/promises';
fs.read(0, Buffer.alloc(4), 0, 4, null, async (error, read, buffer) => {
  console.log(error, read, `${buffer}`);
  console.log(await readFile('/dev/stdin', 'utf8'));
});
