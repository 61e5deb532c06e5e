// The module and its jobs each have time enough; the program has not.
const until = Date.now() + 1000;
while (Date.now() < until);
console.log("module");
await null;
const later = Date.now() + 1000;
while (Date.now() < later);
console.log("job");
