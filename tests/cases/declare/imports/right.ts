import Blob from "blob";
import { Blob as Same } from "blob";
import read from "read";

read(new Same(new Uint8Array())).fill(0);
export const run = (blob: Blob) => (blob.size() > 0 ? Blob.empty() : undefined);
export const users = {
  consume(counter: import("test:resources/counters").Counter) {
    counter.add(1);
    return counter;
  },
};
