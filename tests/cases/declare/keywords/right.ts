import { Resource, new as create, default as main } from "test:keywords/class";
import start from "default";
import remove, { delete as same } from "delete";
import type { _class, _new } from "test:keywords/keywords";

start();
remove("a");
same("a");
create([{ items: [] }], new Map());
main(1, "").fill(0);
new Resource(1).delete(1).bytes.fill(0);

class Mine implements _class.Resource {
  #private = 1;
  constructor(private value: number) {}
  delete(value: number, more?: number) {
    return { bytes: new Uint8Array(this.#private + this.value + value + (more ?? 0)), others: [] };
  }
  constructorOf() {
    return { items: [] };
  }
  static nameOf = () => "name";
  static name() {
    return "name";
  }
  static length() {
    return 1;
  }
  static static(value: number) {
    return { default: value, constructor: "", delete: true };
  }
}

const object: _class.Exports_ = {
  Resource: Mine,
  default: () => new Uint8Array(1),
  new: () => 1,
  let() {},
  yield() {},
  undefined: () => 1,
  object: () => [],
};
const fresh: _new.Exports = { delete: (value: _new.Object) => value };
export { object as class, fresh as new };
const run = (value: import("test:keywords/keywords").World) => value.a;
export { run as function };
export default function () {}
