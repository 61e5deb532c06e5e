exports.before = true;
console.log("runs");
throw new Error("half-way");
