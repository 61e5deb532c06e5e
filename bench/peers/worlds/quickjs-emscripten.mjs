// quickjs-emscripten as its README recommends to use it: the module that `getQuickJS` gives, with a
// context and a runtime of its own for each VM, and handles that are disposed.
import { getQuickJS } from "quickjs-emscripten";

let quickjs;

export async function start() {
  quickjs = await getQuickJS();
}

export function create() {
  return new Vm(quickjs.newContext());
}

class Vm {
  constructor(vm) {
    this.vm = vm;
  }

  eval(source, file) {
    return this.vm.unwrapResult(this.vm.evalCode(source, file));
  }

  call(callee, ...args) {
    return this.vm.unwrapResult(this.vm.callFunction(callee, this.vm.undefined, ...args));
  }

  define(name, apply) {
    const callee = this.vm.newFunction(name, (x) => this.vm.newNumber(apply(this.vm.getNumber(x))));
    this.vm.setProp(this.vm.global, name, callee);
    callee.dispose();
  }

  runJobs() {
    this.vm.unwrapResult(this.vm.runtime.executePendingJobs());
  }

  number(value) {
    return this.vm.newNumber(value);
  }

  text(value) {
    return this.vm.newString(value);
  }

  buffer(bytes) {
    return this.vm.newArrayBuffer(bytes.buffer);
  }

  toNumber(handle) {
    return this.vm.getNumber(handle);
  }

  toText(handle) {
    return this.vm.getString(handle);
  }

  toBuffer(handle) {
    // It is a view of the VM's memory; what others give is the host's own.
    return this.vm.getArrayBuffer(handle).consume(({ value }) => value.slice());
  }

  isUndefined(handle) {
    return this.vm.typeof(handle) === "undefined";
  }

  drop(handle) {
    handle.dispose();
  }

  dispose() {
    this.vm.dispose();
  }
}

// It has nothing that copies a value in, and `dump` goes by JSON: no cycles.
export const copyOut = { how: "dump", cycles: false, copy: (vm, handle) => vm.vm.dump(handle) };
