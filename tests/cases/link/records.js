import * as values from "demo:echo/values";

// Whichever way values take in the host, they come out the same.
const position = { x: -0, y: 5 };
const person = { fullName: "Ada", age: 36, nickName: "A", position };
const show = (value) => console.log(value, Object.is(value?.position?.x, 0));

show(values.echoPerson(person));
// In another order, with more than is asked for, and with less.
show(values.echoPerson({ more: [1, { a: 1 }], position: { y: 5, z: 7, x: 0 }, age: 1, fullName: "B" }));
show(values.echoPerson({ fullName: "C", age: 2, nickName: undefined, position }));
show(values.echoPerson({ fullName: "D", age: 3, nickName: null, position }));
// Getters, classes and inherited properties.
class Point {
    constructor(x, y) {
        this.x = x;
        this.y = y;
    }
}
show(values.echoPerson({ get fullName() { return "E"; }, age: 4, position: new Point(1, 2) }));
// What is shared, and what is long.
const [one, two] = values.echoPeople([person, person]);
console.log(one, two, one === two);
const long = "länger ".repeat(1000);
console.log(values.echoPerson({ ...person, fullName: long }).fullName === long);
console.log(values.echoPerson({ ...person, fullName: "\ud83d lone" }).fullName);
const many = Array.from({ length: 70_000 }, (_, age) => ({ ...person, age: age % 256 }));
const back = values.echoPeople(many);
console.log(back.length, back.every(({ age }, i) => age === i % 256), back[69_999]);
console.log(values.echoStrings(many.map(({ age }) => `${age}`)).length);
console.log(values.echoMany(1n, "b", person, [4], 0.5, { tag: "rectangle", val: [1, 2] }, 255, "more"));

// What is wrong is told by its place, wherever it is.
const wrong = (what) => {
    try {
        console.log("returned", values.echoPeople(what));
    } catch (error) {
        console.log(error.name, error.message);
    }
};
wrong([person, { ...person, position: { x: 0.5, y: 1 } }]);
wrong([person, { ...person, position: { x: 1 } }]);
wrong([person, { ...person, age: 256 }]);
wrong([person, { ...person, age: -1 }]);
wrong([{ ...person, fullName: 7 }]);
wrong([{ ...person, nickName: false }]);
wrong([undefined]);
wrong({ length: 1, 0: person });
wrong(null);
