// Freezing and thawing: kept in memory, and as compressed bytes to store.
import { check, script } from "../files.mjs";

/** Rows of `scripts/heap.js` that make a heap of about 10 MB. */
const ROWS = 22000;

/** Evaluates something in a VM that was restored. */
function firstResult(vm) {
  const handle = vm.eval("next()");
  check(vm.toNumber(handle) === 1, "the VM is not restored");
  vm.drop(handle);
  vm.dispose();
}

export async function snapshots(world, name) {
  const how = world.snapshots;
  if (how === undefined) return [];
  const [size, what] = name.split("-");
  const vm = await world.create();
  vm.drop(vm.eval(script("scripts/heap.js"), "heap.js"));
  if (size === "large") vm.drop(vm.eval(`fill(${ROWS})`));
  switch (what) {
    case "snapshot":
      return [{ how: how.take.how, run: () => how.take.run(vm) }];
    case "restore": {
      const snapshot = how.take.run(vm);
      return [{ how: how.restore.how, run: async () => firstResult(await how.restore.run(snapshot)) }];
    }
    case "store":
      return how.store.map(({ how, run }) => ({ how, run: () => run(vm) }));
    case "load":
      return how.store.map(({ how: stored, run }) => {
        const bytes = run(vm);
        return { how: stored, run: async () => firstResult(await how.load(bytes)) };
      });
    case "size":
      return how.store.map(({ how, run }) => ({ how, value: run(vm).length }));
  }
}
