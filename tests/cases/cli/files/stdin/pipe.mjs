import { pipeline } from 'node:stream/promises';
import { createReadStream } from 'node:fs';
await pipeline(createReadStream('/dev/stdin'), process.stdout);
