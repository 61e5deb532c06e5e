// What the component `caller` calls, in a VM and in Node.js.
export const echoNumber = (value) => value;
export const echoText = (value) => value;
export const echoPoint = ({ x, y }) => ({ x, y });
export const echoNumbers = (value) => value;
export const echoBytes = (value) => value;

export class Counter {
  #value;
  constructor(start) {
    this.#value = start;
  }
  add(by) {
    this.#value = (this.#value + by) >>> 0;
    return this.#value;
  }
}
