// quickjs-wasi as its README recommends to use it: one compiled module for all VMs, handles that are
// disposed, `dump` and `hostToHandle` for data.
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

import { QuickJS } from "quickjs-wasi";

let wasm;

export function start() {
  const url = import.meta.resolve("quickjs-wasi/quickjs.wasm");
  wasm = new WebAssembly.Module(readFileSync(new URL(url)));
}

export async function create() {
  return new Vm(await QuickJS.create({ wasm }));
}

class Vm {
  constructor(vm) {
    this.vm = vm;
  }

  eval(source, file) {
    return this.vm.evalCode(source, file);
  }

  call(callee, ...args) {
    return this.vm.callFunction(callee, this.vm.undefined, ...args);
  }

  define(name, apply) {
    const callee = this.vm.newFunction(name, (x) => this.vm.newNumber(apply(x.toNumber())));
    this.vm.setProp(this.vm.global, name, callee);
    callee.dispose();
  }

  runJobs() {
    this.vm.executePendingJobs();
  }

  number(value) {
    return this.vm.newNumber(value);
  }

  text(value) {
    return this.vm.newString(value);
  }

  buffer(bytes) {
    return this.vm.newArrayBuffer(bytes);
  }

  toNumber(handle) {
    return handle.toNumber();
  }

  toText(handle) {
    return handle.toString();
  }

  toBuffer(handle) {
    return handle.toUint8Array();
  }

  isUndefined(handle) {
    return handle.isUndefined;
  }

  drop(handle) {
    handle.dispose();
  }

  dispose() {
    this.vm.dispose();
  }
}

// What copies a whole value, and whether it can copy one with cycles.
export const copyOut = { how: "dump", cycles: true, copy: (vm, handle) => vm.vm.dump(handle) };
export const copyIn = { how: "hostToHandle", cycles: false, copy: (vm, value) => vm.vm.hostToHandle(value) };

async function restored(snapshot) {
  return new Vm(await QuickJS.restore(snapshot, { wasm }));
}

function stored(vm, level) {
  return gzipSync(QuickJS.serializeSnapshot(vm.vm.snapshot()), { level });
}

export const snapshots = {
  take: { how: "snapshot", run: (vm) => vm.vm.snapshot() },
  restore: { how: "restore", run: restored },
  // "Apply gzip on top for best compression": its quickest level, and the usual one.
  store: [
    { how: "serializeSnapshot, gzip 1", run: (vm) => stored(vm, 1) },
    { how: "serializeSnapshot, gzip 6", run: (vm) => stored(vm, 6) },
  ],
  load: (bytes) => restored(QuickJS.deserializeSnapshot(gunzipSync(bytes))),
};
