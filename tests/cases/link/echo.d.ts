declare module "demo:echo/values@1.2.0" {
  export interface Point {
    x: number;
    y: number;
  }
  export interface Person {
    fullName: string;
    age: number;
    nickName?: string | undefined;
    position: Point;
  }
  export type Shape = { tag: "circle", val: number } | { tag: "rectangle", val: [number, number] } | { tag: "named-one", val: string } | { tag: "nothing" };
  export type Color = "light-red" | "green" | "blue";
  export type Rights = { read?: boolean, writeAll?: boolean, execute?: boolean };
  export function echoBool(value: boolean): boolean;
  export function echoU8(value: number): number;
  export function echoS8(value: number): number;
  export function echoU16(value: number): number;
  export function echoS16(value: number): number;
  export function echoU32(value: number): number;
  export function echoS32(value: number): number;
  export function echoU64(value: bigint): bigint;
  export function echoS64(value: bigint): bigint;
  export function echoF32(value: number): number;
  export function echoF64(value: number): number;
  export function echoChar(value: string): string;
  export function echoString(value: string): string;
  export function echoBytes(value: Uint8Array): Uint8Array;
  export function echoS8s(value: Int8Array): Int8Array;
  export function echoU16s(value: Uint16Array): Uint16Array;
  export function echoS16s(value: Int16Array): Int16Array;
  export function echoU32s(value: Uint32Array): Uint32Array;
  export function echoS32s(value: Int32Array): Int32Array;
  export function echoU64s(value: BigUint64Array): BigUint64Array;
  export function echoS64s(value: BigInt64Array): BigInt64Array;
  export function echoF32s(value: Float32Array): Float32Array;
  export function echoF64s(value: Float64Array): Float64Array;
  export function echoStrings(value: Array<string>): Array<string>;
  export function echoLists(value: Array<Uint8Array>): Array<Uint8Array>;
  export function echoPoint(value: Point): Point;
  export function echoPerson(value: Person): Person;
  export function echoPeople(value: Array<Person>): Array<Person>;
  export function echoTuple(value: [number, string, boolean]): [number, string, boolean];
  export function echoShape(value: Shape): Shape;
  export function echoColor(value: Color): Color;
  export function echoRights(value: Rights): Rights;
  export function echoOption(value?: number): number | undefined;
  export function echoOptions(value: { tag: "some", val: string | undefined } | { tag: "none" }): { tag: "some", val: string | undefined } | { tag: "none" };
  export function echoResult(value: Array<{ tag: "ok", val: number } | { tag: "err", val: string }>): Array<{ tag: "ok", val: number } | { tag: "err", val: string }>;
  export function echoResults(value: Array<{ tag: "ok" } | { tag: "err" }>): Array<{ tag: "ok" } | { tag: "err" }>;
  export function echoMany(a: bigint, b: string, c: Person, d: Uint8Array, e: number, f: Shape, g: number): [bigint, string, Person, Uint8Array, number, Shape, number];
  export function nothing(): void;
  export function total(values: Float64Array): number;
  export function invert(bytes: Uint8Array, by: number): Uint8Array;
  /** Throws an error whose `payload` is: string */
  export function divide(a: number, b: number): number;
  /** Throws an error whose `payload` is: Shape */
  export function findColor(name: string): Color;
  /** Throws an error whose `payload` is: undefined */
  export function check(isGood: boolean): void;
}
declare module "demo:echo/values" {
  export * from "demo:echo/values@1.2.0";
}
declare module "demo:echo/counters@1.2.0" {
  export function consume(counter: Counter): number;
  export function sum(counters: Array<Counter>): number;
  export function named(names: Array<string>): Array<[string, Counter]>;
  export function maybe(there: boolean): Counter | undefined;
  export function draw(): Ticket;
  /** Throws an error whose `payload` is: Ticket */
  export function refuse(): number;
  export class Counter implements Disposable {
    constructor(start: number);
    add(by: number): number;
    value(): number;
    plus(other: Counter): Counter;
    /** Throws an error whose `payload` is: string */
    static parse(text: string): Counter;
    static liveCount(): number;
    [Symbol.dispose](): void;
  }
  export class Ticket implements Disposable {
    private constructor();
    number(): number;
    [Symbol.dispose](): void;
  }
}
declare module "demo:echo/counters" {
  export * from "demo:echo/counters@1.2.0";
}
declare module "demo:echo/more@1.2.0" {
  import { Counter } from "demo:echo/counters@1.2.0";
  export interface Point {
    x: number;
    y: number;
  }
  export function twice(counter: Counter): Counter;
  export function mirror(point: Point): Point;
  export { Counter };
}
declare module "demo:echo/more" {
  export * from "demo:echo/more@1.2.0";
}
declare module "demo:echo/trouble@1.2.0" {
  export function trap(): void;
  export function recurse(depth: number): number;
  export function allocate(): bigint;
  export function spin(): void;
  export function calls(): number;
}
declare module "demo:echo/trouble" {
  export * from "demo:echo/trouble@1.2.0";
}
declare module "demo:echo" {
  export function greet(name: string): string;
  export * as values from "demo:echo/values@1.2.0";
  export * as counters from "demo:echo/counters@1.2.0";
  export * as more from "demo:echo/more@1.2.0";
  export * as trouble from "demo:echo/trouble@1.2.0";
}
