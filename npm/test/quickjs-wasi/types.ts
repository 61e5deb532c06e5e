// What compiles against quickjs-wasi compiles against this package: checked by names.test.mjs.
import * as ours from "jsvm-engine/quickjs-wasi";
import * as theirs from "quickjs-wasi";

/** The names that one has and the other does not, but for those that are marked as internal. */
type Missing<Theirs, Ours> = Exclude<keyof Theirs, keyof Ours | `_${string}`>;
type None<Names extends never> = Names;

export type Members = [
  None<Missing<theirs.QuickJS, ours.QuickJS>>,
  None<Missing<typeof theirs.QuickJS, typeof ours.QuickJS>>,
  None<Missing<theirs.JSValueHandle, ours.JSValueHandle>>,
  None<Missing<theirs.JSException, ours.JSException>>,
  None<Missing<theirs.Deferred, ours.Deferred>>,
  None<Missing<theirs.MemoryUsage, ours.MemoryUsage>>,
  None<Missing<theirs.Snapshot, ours.Snapshot>>,
  None<Missing<theirs.SnapshotExtension, ours.SnapshotExtension>>,
  None<Missing<theirs.QuickJSOptions, ours.QuickJSOptions>>,
  None<Missing<theirs.ExtensionDescriptor, ours.ExtensionDescriptor>>,
  None<Missing<theirs.JSOwnPropertyDescriptor, ours.JSOwnPropertyDescriptor>>,
  None<Missing<theirs.LoadedExtension, ours.LoadedExtension>>,
  None<Missing<theirs.DylinkInfo, ours.DylinkInfo>>,
  None<Missing<typeof theirs, typeof ours>>,
];

// Records of the embedder are taken as they are.
export const descriptor = (given: theirs.JSPropertyDescriptor): ours.JSPropertyDescriptor => given;
export const usage = (given: ours.MemoryUsage): theirs.MemoryUsage => given;
export const wasi = (given: theirs.WasiOptions): ours.WasiOptions => given;
export const imports = (given: theirs.WasiImports): ours.WasiImports => given;
export const extension = (given: theirs.ExtensionDescriptor): ours.ExtensionDescriptor => given;
export const snapshot = (given: ours.Snapshot): theirs.Snapshot => given;

/** A program as users of quickjs-wasi write it. */
export async function program(bytes: BufferSource): Promise<unknown> {
  using vm = await ours.QuickJS.create({
    wasm: bytes,
    memoryLimit: 1 << 24,
    intrinsics: ours.Intrinsics.ALL & ~ours.Intrinsics.EVAL,
    moduleLoader: { normalize: (base, name) => base + name, load: (name) => name },
    onUnhandledRejection: (promise, reason, isHandled) => void [promise.promiseState, reason.toString(), isHandled],
    timezoneOffset: (seconds) => seconds,
  });
  using add = vm.newFunction("add", function (a, b) {
    return this.isUndefined ? vm.undefined : vm.newNumber(a!.toNumber() + b!.toNumber());
  });
  vm.setProp(vm.global, "add", add);
  const deferred: ours.Deferred = vm.newPromise();
  deferred.resolve(vm.hostToHandle({ a: [1n] }));
  vm.executePendingJobs();
  const result = await vm.resolvePromise(deferred.handle);
  if ("error" in result) throw new ours.JSException(result.error, { name: "", message: "", stack: undefined });
  const name = vm.withScope((scope: ours.HandleScope) => scope.escape(result.value.getProp("name")));
  const snapshot: ours.Snapshot = vm.snapshot();
  const bytesOfSnapshot: Uint8Array = ours.QuickJS.serializeSnapshot(snapshot);
  using again = await ours.QuickJS.restore(ours.QuickJS.deserializeSnapshot(bytesOfSnapshot), bytes);
  try {
    again.evalCode("1", "a.js", ours.EvalFlags.TYPE_MODULE | ours.EvalFlags.STRICT).dispose();
  } catch (error) {
    if (error instanceof ours.JSException) error.handle.dispose();
  }
  return [name, vm.compile("1", "a.js", 0, ours.CompileFlags.STRIP_DEBUG), vm.getMemoryUsage().allocatedSize, vm.versions["quickjs"]];
}
