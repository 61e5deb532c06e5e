/** Which functions of the embedder answer the requests of a VM. */

import { httpHandlers } from "./http/client.js";
import { importHandler } from "./modules/fetched.js";
import type { AsyncHostFunction, RequestContext, VmOptions } from "./options.js";
import { IMPORT } from "./protocol.js";
import { configHandlers, keyValueHandlers } from "./services.js";
import type { Vm } from "./vm.js";

/** The functions that answer the requests of a VM, by the names of the requests. */
export function handlersOf(vm: Vm): ReadonlyMap<string, AsyncHostFunction> {
  const found = givenHandlers(vm.options);
  if (vm.modules !== undefined && !found.has(IMPORT)) {
    found.set(IMPORT, importHandler(vm));
  }
  return found;
}

/** Those that need no VM. */
export function givenHandlers(options: VmOptions): Map<string, AsyncHostFunction> {
  const { fetch, config, keyvalue, handlers, asyncFunctions } = options;
  const found = new Map<string, AsyncHostFunction>();
  const add = (given: Record<string, AsyncHostFunction>): void => {
    Object.entries(given).forEach(([name, handler]) => found.set(name, handler));
  };
  if (fetch !== undefined) {
    add(httpHandlers(fetch));
  }
  if (config !== undefined) {
    add(configHandlers(config));
  }
  if (keyvalue !== undefined) {
    add(keyValueHandlers(keyvalue));
  }
  add(asyncFunctions ?? {});
  add(handlers ?? {});
  return found;
}

/** The error for a request of which it is not known whether it was carried out. The crate has the same. */
export function lost({ name, id }: RequestContext): Error {
  const message =
    `request \`${name}\` was in flight when its VM was frozen or its event loop dropped; ` +
    "whether it was carried out is not known";
  const error = new Error(message);
  error.name = "RequestLostError";
  return Object.assign(error, { code: "ERR_REQUEST_LOST", request: name, id: Number(id) });
}
