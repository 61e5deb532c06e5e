import * as values from "demo:echo/values";
import { calls } from "demo:echo/trouble";
import { Counter, consume } from "demo:echo/counters";

const person = { fullName: "A", age: 1, position: { x: 1, y: 2 } };
const attempts = [
    ["echoBool", 1],
    ["echoU8", 256],
    ["echoU8", -1],
    ["echoU8", 1.5],
    ["echoU8", "7"],
    ["echoU8"],
    ["echoS32", 2147483648],
    ["echoU64", 7],
    ["echoU64", -1n],
    ["echoS64", 9223372036854775808n],
    ["echoF64", "1"],
    ["echoChar", "ab"],
    ["echoChar", ""],
    ["echoChar", "\ud800"],
    ["echoString", 7],
    ["echoString", null],
    ["echoBytes", "bytes"],
    ["echoBytes", [1, 256]],
    ["echoU32s", new Float64Array([1])],
    ["echoStrings", ["a", 2]],
    ["echoStrings", { length: 0 }],
    ["echoPoint", { x: 1 }],
    ["echoPoint", null],
    ["echoPoint", [1, 2]],
    ["echoPerson", { ...person, position: { x: 1, y: "2" } }],
    ["echoPerson", { ...person, age: 300 }],
    ["echoPerson", { ...person, nickName: 7 }],
    ["echoPeople", [person, { ...person, position: undefined }]],
    ["echoTuple", [1, "x"]],
    ["echoTuple", [1, "x", 1]],
    ["echoShape", { tag: "square" }],
    ["echoShape", { tag: "rectangle", val: [1, "2"] }],
    ["echoShape", "nothing"],
    ["echoColor", "red"],
    ["echoRights", { read: 1 }],
    ["echoRights", "read"],
    ["echoOption", "7"],
    ["echoOptions", "x"],
    ["echoOptions", { tag: "some", val: 1 }],
    ["echoResult", [{ tag: "maybe" }]],
    ["echoMany", 1n, "b", { ...person, position: { x: {} } }],
    ["invert", new Uint8Array(1), 1000],
];
for (const [name, ...args] of attempts) {
    try {
        values[name](...args);
        console.log(name, "did not throw");
    } catch (error) {
        console.log(`${name}: ${error}`);
    }
}

// What is wrong with one argument has no effect on those before it.
const counter = new Counter(5);
try {
    consume(counter, 1) === 5 && consume(counter);
} catch (error) {
    console.log(`${error}`);
}
for (const value of [{}, 7, undefined, values]) {
    try {
        consume(value);
    } catch (error) {
        console.log(`${error}`);
    }
}
console.log(calls());
