let bytes = 0;
let sum = 0;
for await (const chunk of process.stdin) {
  if (!(chunk instanceof Buffer)) throw new TypeError('a chunk is a Buffer');
  bytes += chunk.length;
  sum += chunk[0];
}
console.log(bytes, sum > 0, process.stdin.isTTY, process.stdin.fd);
