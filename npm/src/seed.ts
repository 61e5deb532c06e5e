/** The random numbers of a seed: those of the Rust crate, so that a VM goes on with them in either. */

import type { SeedPosition } from "./abi/codec.js";
import { UseError } from "./errors.js";

/** Words of a block of the stream. */
const BLOCK = 16;
const ROUNDS = 12;
/** "expand 32-byte k" */
const CONSTANTS = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574] as const;
/** The words that each quarter round mixes: the columns, and then the diagonals. */
const QUARTERS = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
] as const;

/**
 * The stream of a seed: ChaCha with 12 rounds, a counter of 64 bits, and words that are taken in pairs. The
 * numbers are reproducible; those of Web Crypto are not, and it has no ChaCha.
 */
export class SeededRandom {
  readonly #seed: Uint8Array;
  readonly #input = new Uint32Array(BLOCK);
  readonly #block = new Uint32Array(BLOCK);
  #word: bigint;
  /** The number of the block that is there. */
  #there = -1n;

  /** The stream of 32 bytes after so many words of 32 bits were taken from it. */
  constructor(seed: Uint8Array, word = 0n) {
    if (!(seed instanceof Uint8Array && seed.length === 32)) {
      throw new UseError("a seed is a Uint8Array of 32 bytes");
    }
    this.#seed = seed.slice();
    this.#word = word;
    this.#input.set(CONSTANTS);
    const view = new DataView(this.#seed.buffer);
    for (let index = 0; index < 8; index++) {
      this.#input[4 + index] = view.getUint32(index * 4, true);
    }
  }

  /** Where it is. */
  get position(): SeedPosition {
    return {
      wordLow: BigInt.asUintN(64, this.#word),
      wordHigh: this.#word >> 64n,
      seed: this.#seed.slice(),
    };
  }

  /** The next 64 bits. */
  next(): bigint {
    const low = this.#take();
    return (BigInt(this.#take()) << 32n) | BigInt(low);
  }

  #take(): number {
    const counter = this.#word / BigInt(BLOCK);
    if (counter !== this.#there) {
      this.#fill(counter);
      this.#there = counter;
    }
    const index = Number(this.#word % BigInt(BLOCK));
    // As the crate does, the stream begins anew after all of its blocks.
    this.#word = BigInt.asUintN(68, this.#word + 1n);
    return this.#block[index]!;
  }

  #fill(counter: bigint): void {
    const input = this.#input;
    input[12] = Number(BigInt.asUintN(32, counter));
    input[13] = Number(BigInt.asUintN(32, counter >> 32n));
    const x = this.#block;
    x.set(input);
    const mix = (a: number, b: number, d: number, bits: number): void => {
      x[a]! += x[b]!;
      const mixed = x[d]! ^ x[a]!;
      x[d] = (mixed << bits) | (mixed >>> (32 - bits));
    };
    for (let round = 0; round < ROUNDS; round += 2) {
      for (const [a, b, c, d] of QUARTERS) {
        mix(a, b, d, 16);
        mix(c, d, b, 12);
        mix(a, b, d, 8);
        mix(c, d, b, 7);
      }
    }
    for (let index = 0; index < BLOCK; index++) {
      x[index]! += input[index]!;
    }
  }
}

/** The stream of a position, of which a seed that is given takes the place of the one that is not there. */
export function resumedRandom(position: SeedPosition, given: Uint8Array | undefined): SeededRandom | undefined {
  const { seed, wordLow, wordHigh } = position;
  const isOther = given !== undefined && seed !== undefined && given.some((byte, index) => byte !== seed[index]);
  if (isOther) {
    // The embedder wants other numbers.
    return new SeededRandom(given);
  }
  const known = given ?? seed;
  return known === undefined ? undefined : new SeededRandom(known, (wordHigh << 64n) | wordLow);
}
