// A script may have a class or a variable of the same name.
class URL {
  constructor(text) { this.text = text; }
}
function Blob() {}
var Event = 5;
let Headers = 6;
console.log(new URL("x").text, typeof globalThis.URL, Object.keys(URL.prototype).length);
console.log(globalThis.Blob === Blob, globalThis.Event, Headers, typeof globalThis.Headers);
console.log(typeof URLSearchParams, typeof File, typeof CustomEvent);
