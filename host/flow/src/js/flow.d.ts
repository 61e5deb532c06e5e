/** What durable programs import from `jsvm:flow`. */
declare module "jsvm:flow" {
  /** Milliseconds, a text such as `"90m"` or `"3w"`, or a `Date` to wait until. */
  export type Time = number | string | Date;

  /**
   * Waits for the next signal of a name and returns its payload. One that came before is returned at once. When the
   * `AbortSignal` is aborted, it does not wait any more.
   */
  export function signal<T = unknown>(name: string, options?: { timeout?: Time; signal?: AbortSignal }): Promise<T>;

  /** Waits for a time. */
  export function sleep(time: Time): Promise<void>;

  export interface RetryPolicy {
    /** How many times the function is called at most: 5 by default. */
    attempts?: number;
    /** The pause after the first attempt: 1 s by default. */
    delay?: Time;
    /** What each pause is multiplied by for the next: 2 by default. */
    factor?: number;
    /** The longest pause: 1 h by default. */
    maxDelay?: Time;
    /** Whether requests in doubt are repeated: `false` by default. */
    inDoubt?: boolean;
    /** Whether an error is a reason to try again: all are by default. */
    when?: (error: unknown) => boolean;
  }

  export interface Attempt {
    /** The number of the attempt, from 1. */
    attempt: number;
    /** `fetch`, with the idempotency keys that all attempts share. */
    fetch: typeof fetch;
  }

  /** Calls a function until it succeeds. */
  export function retry<T>(policy: RetryPolicy, run: (attempt: Attempt) => T | Promise<T>): Promise<T>;
  export function retry<T>(run: (attempt: Attempt) => T | Promise<T>): Promise<T>;

  /** Calls a function once for a key, and returns the same promise for each call with it. A failure is forgotten. */
  export function once<T>(key: string, run: () => T | Promise<T>): Promise<T>;

  /** Begins the flow anew with another input: `return continueWith(input)`. */
  export function continueWith(input: unknown): never;

  /**
   * Marks a place at which the flow can move to new code: all that the new code needs is in the state, which is
   * data. Returns the state.
   */
  export function checkpoint<T>(state: T): Promise<T>;

  /** Makes a placeholder for a secret, for headers of requests. */
  export function secret(name: string): string;

  /** Tells the outside how far the flow is: any value that JSON can hold. */
  export function progress(value: unknown): void;

  /** Names a function that the outside can ask, also while the flow waits. */
  export function query(name: string, answer: (...args: any[]) => unknown): void;

  /** The id of this flow, how many times it was begun, and the time at which a schedule started it. */
  export function flowInfo(): { id: string; run: number; scheduled?: Date };

  /** The rejection of a request of which it is not known whether it was carried out. */
  export class RequestInDoubtError extends Error {}

  /** The rejection of `signal` after its timeout. */
  export class SignalTimeoutError extends Error {
    signal: string;
  }
}
