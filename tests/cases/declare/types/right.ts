import * as given from "test:types/all";
import type { all as types } from "test:types/types";

// The types of an interface that is imported and exported are the same but for resources.
export const all: types.Exports = { ...given };

const shape: given.Shape = { tag: "other", val: undefined };
switch (shape.tag as given.Shape["tag"]) {
  case "circle":
  case "nothing":
}
const rights: given.Rights = { read: true };
const deep: given.EmptyCase = { a: { tag: "some", val: { tag: "some", val: undefined } } };
const table: given.Table = new Map([["a", [{ x: 1, y: 2 }]]]);
given.named(shape, "light-red", rights, { bC: true }, table, new Float32Array(4), []);
given.options(undefined, 1);
given.nestedOption({ tag: "none" });
const nested: types.Nested = {
  point: { x: 1, y: 2 },
  points: [],
  twice: { tag: "some", val: "a" },
  result: { tag: "err", val: "b" },
};
given.tuples([1], [nested.point, [1, deep.a.tag]]);
