// Resident memory of one more idle VM. The process does nothing else.

/** How many there are. The first is not counted: it pays for what all share. */
const COUNT = 200;

async function make(world) {
  const vm = await world.create();
  vm.drop(vm.eval("1+2"));
  return vm;
}

function resident() {
  globalThis.gc();
  return process.memoryUsage.rss();
}

export async function memory(world) {
  const vms = [await make(world)];
  const before = resident();
  for (let i = 0; i < COUNT; i++) vms.push(await make(world));
  const value = (resident() - before) / COUNT;
  for (const vm of vms) vm.dispose();
  return [{ how: "resident set", value }];
}
