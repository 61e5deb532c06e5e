// The module, its jobs, and a builtin: the time of all of them counts.
const until = Date.now() + 400;
while (Date.now() < until);
console.log("module");
await null;
const later = Date.now() + 400;
while (Date.now() < later);
console.log("job");
