// A module that waits for somebody else.
export let state = "new";
export function describe(prefix, ...rest) {
  return { text: `${prefix}: ${state}`, rest, here: this === undefined };
}

console.log("order", scriptArgs[1]);
try {
  const approved = await approve({ order: scriptArgs[1], amount: 3n, undo() {} }, [1, 2]);
  state = approved ? "approved" : "refused";
} catch (error) {
  state = `failed (${error.message})`;
}
console.log("order", scriptArgs[1], state);
const receipt = await send(state);
console.log("receipt", receipt);
