import { echoNew } from "acme:names/record";

const one = { get: () => 1 };
const two = { get: () => 2 };
const three = { get: () => 3 };
export {
  one as "acme:names/kv-store",
  two as "other:names/kv-store@1.0.0",
  three as "other:names/kv-store@2.0.0",
};

export const record = {
  func: (type) => type + 1,
  echoNew: (value) => echoNew(value) + 1,
  a1B2: () => 12,
  hTTP: () => 4,
};
const remove = () => 6;
export { remove as delete };
export default () => 5;
