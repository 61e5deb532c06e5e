async function fails() {
  await null;
  throw new RangeError("too late");
}
fails();
Promise.reject({ code: 7 });
Promise.reject(new Error("handled")).catch(() => {});
console.log("still runs");
