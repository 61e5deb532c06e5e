// Strings in and out: arguments and results of calls.
import { check } from "../files.mjs";
import { dataVm, into, out } from "./vm.mjs";

const NAMES = { short: "giveShort", page: "givePage", long: "giveLong", wide: "giveWide" };

export async function text(world, name) {
  const [, way, size] = name.split("-");
  const vm = await dataVm(world);
  const give = vm.eval(NAMES[size]);
  const take = vm.eval("takeText");
  const read = () => out(vm, give, (handle) => vm.toText(handle));
  const value = read();
  if (way === "out") {
    return [{ how: "as text", run: () => check(read().length === value.length, "text left changed") }];
  }
  const write = () => into(vm, take, vm.text(value));
  return [{ how: "as text", run: () => check(write() === value.length, "text arrived changed") }];
}
