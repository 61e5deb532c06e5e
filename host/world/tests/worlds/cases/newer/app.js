import echoMap from "echo-map";
import echoFixed from "echo-fixed";

export function maps(value) {
  if (!(value instanceof Map)) throw new Error("no map");
  return echoMap(new Map([...value, ["added", 1]]));
}
export const keys = (value) => BigUint64Array.from(value.keys());
export const fixed = (value) => echoFixed(value);
export const fixedRecords = (value) => value;
