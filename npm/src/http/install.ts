/** Gives scripts `fetch`. */

import { HTTP, INSTALL_FETCH } from "../protocol.js";
import type { Value } from "../value.js";
import type { Vm } from "../vm.js";

/** Defines `fetch` in the global object, as the crate `jsvm-http` does. It costs little until it is used. */
export function installFetch(vm: Vm): void {
  const requests = vm.createObject();
  for (const [key, name] of Object.entries(HTTP)) {
    const request = vm.createRequestFunction(name);
    requests.set(key, request);
    request.dispose();
  }
  const tools = vm.instance.httpToolsGetHttpTools() as Value;
  const install = vm.eval(INSTALL_FETCH, { fileName: "jsvm:install-fetch" }) as Value;
  install.call(tools, requests);
  [requests, tools, install].forEach((value) => value.dispose());
}
