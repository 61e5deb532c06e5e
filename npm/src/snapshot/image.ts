/** The memory of a VM as its difference from that of a fresh one. */

import type { Image } from "../abi/codec.js";
import type { Instance } from "../instance.js";

/** Bytes of the unit that is compared and kept. The codec has the same. */
const BLOCK = 1024;
const WORDS = BLOCK / 4;

/** The memory of a fresh VM of an engine. */
export interface Base {
  /** Where the image begins in memory. */
  start: number;
  /** The image. Beyond its end, memory is zero. */
  words: Int32Array;
}

export type { Image };

/** Compares the memory of a VM with that of a fresh one. */
export function capture(instance: Instance, base: Base): Image {
  instance.snapshotSweep();
  const size = Number(instance.snapshotGetSize());
  const memory = new Int32Array(instance.memory.buffer, base.start, size / 4);
  const fresh = base.words;
  const found: number[] = [];
  for (let at = 0; at < memory.length; at += WORDS) {
    const end = at + WORDS;
    for (let index = at; index < end; index++) {
      if (memory[index] !== (index < fresh.length ? fresh[index] : 0)) {
        found.push(at / WORDS);
        break;
      }
    }
  }
  const words = new Int32Array(found.length * WORDS);
  found.forEach((block, position) => {
    const at = block * WORDS;
    const to = position * WORDS;
    words.set(memory.subarray(at, at + WORDS), to);
    const end = Math.min(WORDS, fresh.length - at);
    for (let index = 0; index < end; index++) {
      words[to + index]! ^= fresh[at + index]!;
    }
  });
  return { size: BigInt(size), blocks: Uint32Array.from(found), bytes: new Uint8Array(words.buffer) };
}

/** Turns the memory of a fresh VM into that of an image. */
export function apply(instance: Instance, base: Base, image: Image): void {
  if (image.size > instance.snapshotGetSize()) {
    instance.snapshotGrow(image.size);
  }
  const memory = new Int32Array(instance.memory.buffer, base.start);
  const { blocks, bytes } = image;
  // The codec may return bytes at any address.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  for (let position = 0; position < blocks.length; position++) {
    const at = blocks[position]! * WORDS;
    const from = position * WORDS;
    if (at >= base.words.length) {
      memory.set(words.subarray(from, from + WORDS), at);
      continue;
    }
    for (let index = 0; index < WORDS; index++) {
      memory[at + index]! ^= words[from + index]!;
    }
  }
}
