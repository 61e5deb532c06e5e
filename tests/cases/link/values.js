import * as values from "demo:echo/values";

// Every type both ways.
const all = {
    echoBool: [true, false],
    echoU8: [0, 255],
    echoS8: [-128, 127],
    echoU16: [0, 65535],
    echoS16: [-32768, 32767],
    echoU32: [0, 4294967295],
    echoS32: [-2147483648, 2147483647],
    echoU64: [0n, 18446744073709551615n],
    echoS64: [-9223372036854775808n, 9223372036854775807n],
    echoF32: [0, 1.5, -0, Infinity, NaN],
    echoF64: [0, 0.1, -0, -Infinity, NaN, Number.MAX_VALUE],
    echoChar: ["a", "ß", "猫", "😀", "\ufffd"],
    echoString: ["", "plain", "Grüße 猫 😀", "x".repeat(5)],
    echoBytes: [new Uint8Array(), new Uint8Array([0, 1, 255]), [1, 2], new Uint8Array([9, 8, 7, 6]).subarray(1, 3)],
    echoS8s: [new Int8Array([-128, 127])],
    echoU16s: [new Uint16Array([0, 65535])],
    echoS16s: [new Int16Array([-32768, 32767])],
    echoU32s: [new Uint32Array([0, 4294967295]), [1, 2, 3]],
    echoS32s: [new Int32Array([-2147483648, 2147483647])],
    echoU64s: [new BigUint64Array([0n, 18446744073709551615n]), [1n]],
    echoS64s: [new BigInt64Array([-9223372036854775808n])],
    echoF32s: [new Float32Array([0.5, -1])],
    echoF64s: [new Float64Array([0.1, NaN]), [1, 2.5]],
    echoStrings: [[], ["a", "", "😀"]],
    echoLists: [[], [new Uint8Array([1]), new Uint8Array()]],
    echoPoint: [{ x: -1, y: 2 }],
    echoPerson: [
        { fullName: "Ada Lovelace", age: 36, nickName: "Ada", position: { x: 0, y: 0 } },
        { fullName: "Alan Turing", age: 41, position: { x: 1, y: 1 }, more: "ignored" },
    ],
    echoPeople: [[{ fullName: "A", age: 1, nickName: null, position: { x: 1, y: 2 } }]],
    echoTuple: [[7, "seven", true]],
    echoShape: [
        { tag: "circle", val: 1.5 },
        { tag: "rectangle", val: [2, 3] },
        { tag: "named-one", val: "star" },
        { tag: "nothing" },
    ],
    echoColor: ["light-red", "green", "blue"],
    echoRights: [{ read: true, writeAll: false, execute: true }, {}, undefined],
    echoOption: [undefined, null, 0, 7],
    echoOptions: [{ tag: "none" }, { tag: "some", val: undefined }, { tag: "some", val: "x" }],
    echoResult: [[{ tag: "ok", val: 1 }, { tag: "err", val: "no" }]],
    echoResults: [[{ tag: "ok" }, { tag: "err" }]],
};
for (const [name, list] of Object.entries(all)) {
    for (const value of list) {
        console.log(name, value, "->", values[name](value));
    }
}
const many = [1n, "b", all.echoPerson[0], new Uint8Array([4]), 0.5, { tag: "nothing" }, 255];
console.log("echoMany", values.echoMany(...many));
const untried = Object.keys(values).filter((name) => name.startsWith("echo") && !all[name]);
console.log("untried:", untried);

console.log(values.nothing(), values.total([1, 2, 3.5]), values.total(new Float64Array(1000).fill(2)));
console.log(values.invert(new Uint8Array([1, 2, 255]), 255));
console.log(values.echoString.name, values.echoString.length, values.invert.length);

// Results are returned or thrown.
const thrown = (call) => {
    try {
        return console.log("returned", call());
    } catch (error) {
        console.log(error instanceof Error, error.name, "|", error.message, "|", error.payload);
    }
};
thrown(() => values.divide(7, 2));
thrown(() => values.divide(1, 0));
thrown(() => values.findColor("green"));
thrown(() => values.findColor("pink"));
thrown(() => values.findColor(""));
thrown(() => values.check(true));
thrown(() => values.check(false));
