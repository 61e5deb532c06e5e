let disposed = 0;

class Item {
  constructor(name) {
    this.name = name;
  }
  itself() {
    return this;
  }
  [Symbol.dispose ?? Symbol.for("dispose")]() {
    disposed++;
  }
}

export const items = {
  Item,
  // The list fits, and what follows does not: nothing of it may be left in the error.
  half: () => [new Uint8Array([65, 66, 67]), "x"],
  wide: () => [new Uint32Array([65, 66, 67]), 300],
  lost: () => [new Item("lost"), -1],
  disposed: () => disposed,
};

// Each object inherits properties of these names.
export const none = () => ({});
export const some = () => ({ toString: true, constructor: true });
export const absent = () => ({});
export const present = () => Object.create({ toString: "inherited from a prototype" });

export function tracking() {
  const buffer = new ArrayBuffer(2, { maxByteLength: 4 });
  const bytes = new Uint8Array(buffer);
  buffer.resize(4);
  bytes.set([1, 2, 3, 4]);
  return bytes;
}

// The program names no getter of dates.
export const date = () => new Date(0).toLocaleDateString("en-US", { timeZone: "UTC" });

// What fails beside an export is not its error.
export function beside() {
  queueMicrotask(() => { throw new Error("a job"); });
  setTimeout(() => { throw new Error("a timer"); });
  return 5;
}

export async function waits() {
  setTimeout(() => { throw new Error("a timer"); }, 1);
  await new Promise((resolve) => setTimeout(resolve, 2));
  return 6;
}

export const draft = () => new Proxy([1, 2, 3], {});
export const draftPair = () => new Proxy(new Proxy([1, "a"], {}), {});
export const surrogate = () => "\ud800";
