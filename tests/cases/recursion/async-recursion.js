async function f() { await f(); }
let name;
f().catch((e) => { name = e.name; });
if (name === undefined) throw new RangeError();
