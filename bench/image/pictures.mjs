// The photograph, and whether two results show the same.
import { writeFileSync } from "node:fs";

import { decode, encode } from "../../examples/image/filters.js";
import { photo } from "../../examples/image/photo.js";

/** Draws a photograph into a file; returns what is to be known of it. */
export function write(path, width, height) {
  const file = encode(photo(width, height), 92);
  writeFileSync(path, file);
  return { width, height, bytes: file.length };
}

export const pixels = (file) => decode(file);

/** By how much two pictures differ: in the mean of all channels, and at most. */
export function difference(one, other) {
  if (one.width !== other.width || one.height !== other.height) {
    throw new Error(`one has ${one.width} x ${one.height} pixels, the other ${other.width} x ${other.height}`);
  }
  let sum = 0;
  let most = 0;
  for (let i = 0; i < one.data.length; i++) {
    const difference = Math.abs(one.data[i] - other.data[i]);
    sum += difference;
    most = Math.max(most, difference);
  }
  return { mean: sum / one.data.length, most };
}
