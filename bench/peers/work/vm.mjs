// The VM with what crosses the boundary, made once, and calls of its functions.
import { script } from "../files.mjs";

let made;

export async function dataVm(world) {
  if (made === undefined) {
    made = await world.create();
    made.drop(made.eval(script("scripts/data.js"), "data.js"));
  }
  return made;
}

/** Calls a function and converts what it gives. */
export function out(vm, give, convert) {
  const handle = vm.call(give);
  const value = convert(handle);
  vm.drop(handle);
  return value;
}

/** What a function says about what it is given. */
export function into(vm, take, handle) {
  const answer = vm.call(take, handle);
  const number = vm.toNumber(answer);
  vm.drop(answer);
  vm.drop(handle);
  return number;
}
