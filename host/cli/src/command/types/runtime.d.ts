// What programs find in jsvm, for TypeScript. The web platform is that of the library "dom", as far as
// docs/reference/web.md lists it.
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** The name of the program and its arguments. */
declare const scriptArgs: string[];

/** The default export of a program that serves. */
interface FetchHandler {
  fetch(request: Request, env: Record<string, string>, context: FetchContext): Response | Promise<Response>;
}

interface FetchContext {
  /** Keeps the VM of the request until a promise is settled. */
  waitUntil(promise: Promise<unknown>): void;
  /** Does nothing: a request that throws is answered with status 500. */
  passThroughOnException(): void;
  /** The address of the client. */
  readonly remote: string;
}

declare module "jsvm:keyvalue" {
  /** A key-value store. */
  interface Store {
    /** Reads a value; undefined if there is none. */
    get(key: string): Promise<Uint8Array | undefined>;
    /** Reads a value as text. */
    getText(key: string): Promise<string | undefined>;
    /** Reads a value that setJson has written. */
    getJson<T = unknown>(key: string): Promise<T | undefined>;
    set(key: string, value: string | ArrayBuffer | ArrayBufferView): Promise<void>;
    setJson(key: string, value: unknown): Promise<void>;
    delete(key: string): Promise<void>;
    exists(key: string): Promise<boolean>;
    /** Adds to a number, or to 0, atomically. Returns the sum. */
    increment(key: string, delta?: number): Promise<number>;
    /** Reads a number that increment has added to; undefined if there is none. */
    getNumber(key: string): Promise<number | undefined>;
    /** Lists all keys, in no particular order. */
    keys(): AsyncIterableIterator<string>;
  }
  /** Opens a store by its name, or the default store. */
  export function open(name?: string): Store;
}

declare module "jsvm:config" {
  /** Reads a setting; undefined if there is none. */
  export function get(name: string): Promise<string | undefined>;
  /** Reads all settings. */
  export function getAll(): Promise<Record<string, string>>;
}

interface JsvmProcess {
  readonly argv: string[];
  readonly execArgv: string[];
  /** Environment variables that --allow-env names. */
  readonly env: Record<string, string | undefined>;
  exitCode: number | undefined;
  readonly platform: string;
  readonly arch: string;
  readonly pid: number;
  readonly title: string;
  readonly version: string;
  readonly versions: { readonly jsvm: string };
  readonly stdout: JsvmOutput;
  readonly stderr: JsvmOutput;
  exit(code?: number): never;
  cwd(): string;
  nextTick<A extends unknown[]>(callback: (...args: A) => void, ...args: A): void;
  hrtime: { (before?: [number, number]): [number, number]; bigint(): bigint };
  uptime(): number;
  emitWarning(warning: string | Error, type?: string): void;
  on(name: string, listener: (...args: any[]) => void): JsvmProcess;
  once(name: string, listener: (...args: any[]) => void): JsvmProcess;
  off(name: string, listener: (...args: any[]) => void): JsvmProcess;
  emit(name: string, ...args: unknown[]): boolean;
}

interface JsvmOutput {
  readonly fd: number;
  readonly isTTY: boolean;
  write(chunk: string | ArrayBufferView): boolean;
}

declare const process: JsvmProcess;

declare module "node:process" {
  export default process;
}

declare module "node:fs/promises" {
  interface Stats {
    readonly size: number;
    readonly mode: number;
    readonly atime: Date;
    readonly mtime: Date;
    readonly ctime: Date;
    readonly birthtime: Date;
    isFile(): boolean;
    isDirectory(): boolean;
    isSymbolicLink(): boolean;
  }
  interface Dirent {
    readonly name: string;
    readonly parentPath: string;
    isFile(): boolean;
    isDirectory(): boolean;
    isSymbolicLink(): boolean;
  }
  type PathLike = string | Uint8Array | URL;
  type Encoding = "utf8" | "utf-8";
  export function readFile(path: PathLike, encoding: Encoding | { encoding: Encoding }): Promise<string>;
  export function readFile(path: PathLike): Promise<Uint8Array>;
  export function readdir(path: PathLike): Promise<string[]>;
  export function readdir(path: PathLike, options: { withFileTypes: true }): Promise<Dirent[]>;
  export function stat(path: PathLike): Promise<Stats>;
  export function lstat(path: PathLike): Promise<Stats>;
  export function access(path: PathLike): Promise<void>;
}

declare module "node:fs" {
  import type { Dirent, Encoding, PathLike, Stats } from "node:fs/promises";
  export * as promises from "node:fs/promises";
  export function readFileSync(path: PathLike, encoding: Encoding | { encoding: Encoding }): string;
  export function readFileSync(path: PathLike): Uint8Array;
  export function readdirSync(path: PathLike): string[];
  export function readdirSync(path: PathLike, options: { withFileTypes: true }): Dirent[];
  export function statSync(path: PathLike): Stats;
  export function lstatSync(path: PathLike): Stats;
  export function accessSync(path: PathLike): void;
  export function existsSync(path: PathLike): boolean;
}
