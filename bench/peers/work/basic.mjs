// Creating, evaluating, calling in both directions.
import { check } from "../files.mjs";

/** How often a script calls the host at a time. */
const CALLS = 1000;

function evalNumber(vm, source) {
  const handle = vm.eval(source);
  const number = vm.toNumber(handle);
  vm.drop(handle);
  return number;
}

function createAndEval(vm) {
  check(evalNumber(vm, "1+2") === 3, "eval is wrong");
  vm.dispose();
}

const TASKS = {
  create(world) {
    // One of them answers with a promise, and the other need not pay for that.
    const run = () => {
      const vm = world.create();
      return vm instanceof Promise ? vm.then(createAndEval) : createAndEval(vm);
    };
    return [{ how: "create", run }];
  },

  async eval(world) {
    const vm = await world.create();
    return [{ how: "evalCode", run: () => check(evalNumber(vm, "1+2") === 3, "eval is wrong") }];
  },

  async call(world) {
    const vm = await world.create();
    const add = vm.eval("(a, b) => a + b");
    const run = () => {
      const one = vm.number(1);
      const two = vm.number(2);
      const sum = vm.call(add, one, two);
      check(vm.toNumber(sum) === 3, "call is wrong");
      vm.drop(one);
      vm.drop(two);
      vm.drop(sum);
    };
    return [{ how: "callFunction", run }];
  },

  async "host-call"(world) {
    const vm = await world.create();
    vm.define("host", (x) => x + 1);
    const loop = vm.eval(`() => { for (var i = 0; i < ${CALLS};) i = host(i); return i }`);
    const run = () => {
      const count = vm.call(loop);
      check(vm.toNumber(count) === CALLS, "host calls are wrong");
      vm.drop(count);
    };
    return [{ how: "newFunction", run, operations: CALLS }];
  },
};

export const basic = (world, name) => TASKS[name]?.(world);
