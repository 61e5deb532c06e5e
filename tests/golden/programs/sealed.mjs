const first = [Math.random(), crypto.randomUUID()];
console.log(...first);
setTimeout(() => console.log(Math.random() !== first[0], Math.random(), crypto.randomUUID()), 20);
