import fs from 'node:fs';
console.log(JSON.stringify(fs.readFileSync('/dev/stdin', 'utf8')));
