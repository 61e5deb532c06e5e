// The target of a WeakRef lives until the end of the job that made the WeakRef or saw the target.
const made = new WeakRef({ made: 1 });
console.log(made.deref(), made.deref());
const later = (() => new WeakRef({ later: 2 }))();
Promise.resolve().then(() => {
  console.log(later.deref());
  const own = new WeakRef({ own: 3 });
  console.log(own.deref());
  return own;
}).then((own) => console.log(own.deref(), later.deref()));
// Many in one job are freed after it.
for (let index = 0; index < 1000; index++) new WeakRef({ index }).deref();
