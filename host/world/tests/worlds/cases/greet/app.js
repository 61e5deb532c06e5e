let count = 0;
export function greet(name) {
  return `Hello, ${name}! ${++count}`;
}
export const add = (a, b) => a + b;
export function nothing() {}
