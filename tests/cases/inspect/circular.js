const a = { name: "a" }; a.self = a; console.log(a);
const b = { a: { b: {} } }; b.a.b.top = b; b.a.b.middle = b.a; console.log(b);
const list = [1]; list.push(list); console.log(list);
const map = new Map(); map.set("map", map); map.set(map, 1); console.log(map);
const set = new Set(); set.add(set); console.log(set);
const f = () => {}; f.f = f; console.log(f);
class Node_ { constructor() { this.parent = null; this.children = []; } }
const root = new Node_(); const child = new Node_(); child.parent = root; root.children.push(child); console.log(root);
const shared = { x: 1 }; console.log([shared, shared]);
const error = new RangeError("x"); error.stack = "RangeError: x"; error.self = error; console.log(error);
const p = Promise.resolve(); p.p = p; console.log(p);
const proxy = new Proxy(a, {}); console.log([proxy]);
const x = {}, y = { x }; x.y = y; console.log(x, y, [x, y]);
const d = new Date(0); d.d = d; console.log(d);
