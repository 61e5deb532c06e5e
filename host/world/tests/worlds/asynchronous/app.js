import { drain, fail, gate, give, later, many, none, settled } from "test:app/host";

export const add = (a, b) => a + b;
export async function twice(value) {
  const [one, two] = await Promise.all([later(value), later(value)]);
  return one + two;
}
export async function parse(text) {
  await none();
  const value = Number(text);
  if (!Number.isInteger(value)) throw new Error(`no number: ${text}`);
  return value;
}
export async function refuse(text) {
  await none();
  throw new Error(text);
}
export const large = async (...args) => args.slice(0, 9).reverse();
export async function pass(name) {
  const reply = await gate(name);
  return `${name}: ${reply}`;
}
export const never = () => new Promise(() => {});

const waiting = [];
export const waitForRelease = () => new Promise((resolve) => waiting.push(resolve));
export async function release(value) {
  await none();
  releaseNow(value);
}
export function releaseNow(value) {
  for (const resolve of waiting.splice(0)) resolve(value);
}

export async function callMany() {
  // The host reads arguments when this has changed them.
  const bytes = new Uint8Array([1, 2, 3]);
  const promise = many("é".repeat(3), bytes, ["a", "", "c"]);
  bytes.fill(9);
  return JSON.stringify(await promise, (_, value) => (value instanceof Uint8Array ? [...value] : value));
}
export const callFail = (reason) =>
  fail(reason).then(String, (error) => `${error.name}: ${error.message}, ${JSON.stringify(error.payload)}`);
export async function callWrong() {
  const promise = later("x");
  return promise.then(String, String);
}
export const callNone = async () => none();
export const block = (value) => later(value);
export async function nap(milliseconds) {
  const start = performance.now();
  await Promise.all([none(), new Promise((resolve) => setTimeout(resolve, milliseconds))]);
  return Math.round(performance.now() - start);
}

export async function sum(chunks) {
  let sum = 0n;
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("no bytes");
    for (const byte of chunk) sum += BigInt(byte);
  }
  return sum;
}
export async function names(items) {
  const names = [];
  for await (const { id, name } of items) names.push(`${id} ${name}`);
  return names;
}
export async function some(items, count) {
  const names = [];
  for await (const { name } of items) {
    names.push(name);
    if (names.length === count) break;
  }
  return names;
}
export async function units(units) {
  let count = 0;
  for await (const unit of units) count += unit === undefined ? 1 : 1000;
  return count;
}

let count = 0;
let end = "none";
export const produced = () => count;
export const ended = () => end;

const chunk = (size) => new Uint8Array(size).fill(1);
export function bytes(kind, size) {
  count = 0;
  end = "none";
  switch (kind) {
    case "whole": return chunk(size);
    case "array": return [chunk(size / 2), chunk(size / 2).buffer, 1, 1];
    case "generator": return (async function* () {
      try {
        for (let left = size; left > 0; left -= 1000) {
          count += 1;
          yield chunk(Math.min(left, 1000));
        }
        end = "all";
      } finally {
        if (end === "none") end = "returned";
      }
    })();
    case "readable": return new ReadableStream({
      pull(controller) {
        count += 1;
        if (count * 1000 > size) controller.close();
        else controller.enqueue(chunk(1000));
      },
      cancel() { end = "cancelled"; },
    });
    default: return kind;
  }
}

export async function numbers(kind, count) {
  switch (kind) {
    case "array": return Array.from({ length: count }, (_, index) => index);
    case "typed": return Uint32Array.from({ length: count }, (_, index) => index);
    case "timer": return (async function* () {
      for (let index = 0; index < count; index++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield index;
      }
    })();
    case "calls": return (async function* () {
      for (let index = 0; index < count; index++) yield await later(index);
    })();
    case "wrong": return (async function* () {
      yield* [0, 1, 2, "x"];
    })();
    case "throws": return (async function* () {
      yield 1;
      throw new RangeError("no more numbers");
    })();
    default: return 5;
  }
}
export const items = (count) =>
  (function* () {
    for (let id = 0; id < count; id++) yield { id, name: `item ${id}` };
  })();
export const streams = (count) =>
  (async function* () {
    for (let length = 0; length < count; length++) yield Array.from({ length }, (_, index) => index);
  })();
export const forward = async (chunks) => chunks;
export const send = (size) => drain(bytes("generator", size));
export async function getGiven(count) {
  const [numbers, result] = give(count);
  let sum = 0;
  for await (const number of numbers) sum += number;
  return result.then((value) => `${sum} ${value}`, (error) => `${sum} ${error.payload}`);
}

export async function promise(kind) {
  const value = none().then(() => 7);
  const result = none().then(() => {
    if (kind === "rejected") throw new Error("it was rejected");
    return 8;
  });
  if (kind === "throws") return [none().then(() => { throw new Error("nowhere to go"); }), result];
  if (kind === "values") return [7, 8];
  return [kind === "wrong" ? "x" : value, result];
}
export const awaitBoth = async (a, b) =>
  `${await a} ${await b.then((value) => `ok ${value}`, (error) => `${error.name} ${error.payload}`)}`;
export async function settle(kind) {
  settled(kind === "ok" ? Promise.resolve(5) : Promise.reject(new Error("settled with an error")));
}
