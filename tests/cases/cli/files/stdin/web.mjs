import { Readable } from 'node:stream';
console.log((await new Response(Readable.toWeb(process.stdin)).text()).length);
