// The throughput programs: `programs/README.md` says what they are.
import { script } from "../files.mjs";

export async function programs(world, name) {
  const program = name.slice("program-".length);
  const vm = await world.create();
  vm.drop(vm.eval(script(`programs/${program}.js`), `${program}.js`));
  const start = vm.eval("run");
  const run = () => {
    const result = vm.call(start);
    vm.runJobs();
    return result;
  };
  let result = run();
  if (vm.isUndefined(result)) result = vm.eval("result");
  const checksum = vm.toText(result);
  vm.drop(result);
  return [{ how: "callFunction", checksum, run: () => vm.drop(run()) }];
}
