var shared: number = 1;
console.log(typeof shared, typeof globalThis);
