/** What is made of the engine's handles, failures and data. */

import type { Bindings, Error as EngineFailure, Failure } from "./abi/bindings.js";
import type { Codec, EncodedData, Machine } from "./abi/machine.js";
import { decode } from "./data/decode.js";
import { encode } from "./data/encode.js";
import { InterruptedError, JsvmError, LimitError, ScriptError, SnapshotError, UseError } from "./errors.js";
import { Value } from "./value.js";

/** Makes a value of data. */
export function decodeData(machine: Bindings, data: EncodedData): unknown {
  return decode(data, (token) => new Value(machine, -1, token));
}

/** The token of a value that stays in the VM. */
function tokenOf(machine: Bindings, object: object): bigint | undefined {
  if (!(object instanceof Value)) {
    return undefined;
  }
  if (object.machine !== machine) {
    throw new UseError("the handle is of another VM, or was disposed: copy its value with toData()");
  }
  if (object.token !== undefined) {
    return object.token;
  }
  if (machine.busy) {
    throw new UseError("a handle cannot be passed while the VM runs: return the value as data, or from an asynchronous host function");
  }
  const token = machine.prepare(() => machine.rootsRetain(object, "instance"));
  machine.temporary(token);
  return token;
}

/** Why the VM refuses to be frozen or thawed. */
function refused(reason: string): SnapshotError {
  switch (reason) {
    case "busy":
      return new SnapshotError("busy", "the VM is running: freeze it when the call has returned");
    case "size":
      return new SnapshotError(
        "too-large",
        "the memory cannot become as large as that of the snapshot: raise limits.hardMemory",
      );
    default:
      return new SnapshotError("malformed", "the snapshot has bytes beyond its end");
  }
}

/** The codec of all machines. */
export const codec: Codec = {
  handle: (machine, rep) => new Value(machine as Bindings, rep),
  dispose: (handle) => (handle as Value).dispose(),
  encode: (machine, value) => encode(value, (object) => tokenOf(machine as Bindings, object)),
  decode: (machine, data) => decodeData(machine as Bindings, data),
  failure(machine: Machine, payload): Error {
    if (typeof payload === "string") {
      return refused(payload);
    }
    const error = payload as EngineFailure | Failure;
    switch (error.tag) {
      case "exception": {
        const { name, message, stack } = error.val;
        return new ScriptError("value" in error.val ? error.val.value : undefined, name, message, stack);
      }
      case "interrupted": {
        const thrown = (machine as Bindings).watch?.thrown;
        return new InterruptedError(error.val, thrown?.value);
      }
      case "out-of-memory":
        return new LimitError("memory");
      case "output-limit":
        return new LimitError("output", error.val);
      default:
        return new JsvmError("the promise is still pending: it waits for a timer or a request");
    }
  },
};
