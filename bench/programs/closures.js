// Functions as values: composition, currying, memory in closures, events, a small parser.
const compose = (...functions) => (value) => functions.reduce((result, f) => f(result), value);
const curry = (f) => (a) => (b) => f(a, b);

function counter() {
  let count = 0;
  return { increment: () => ++count, decrement: () => --count, read: () => count };
}

function memoize(f) {
  const known = {};
  return (n) => (n in known ? known[n] : (known[n] = f(n)));
}

function emitter() {
  const listeners = {};
  return {
    on(name, listener) {
      (listeners[name] ||= []).push(listener);
      return () => (listeners[name] = listeners[name].filter((other) => other !== listener));
    },
    emit(name, ...args) {
      for (const listener of listeners[name] ?? []) listener(...args);
    },
  };
}

// Parser combinators: a parser takes a text and a position and returns a value and the next one.
const char = (set) => (text, at) => (at < text.length && set.includes(text[at]) ? [text[at], at + 1] : null);
const many = (parser) => (text, at) => {
  const values = [];
  for (let found = parser(text, at); found !== null; found = parser(text, at)) {
    values.push(found[0]);
    at = found[1];
  }
  return [values, at];
};
const map = (parser, f) => (text, at) => {
  const found = parser(text, at);
  return found === null ? null : [f(found[0]), found[1]];
};
const digits = many(char("0123456789"));
const number = (text, at) => {
  const found = digits(text, at);
  return found[0].length === 0 ? null : [Number(found[0].join("")), found[1]];
};
const chain = (operand, operators, apply) => (text, at) => {
  let left = operand(text, at);
  while (left !== null) {
    const operator = char(operators)(text, left[1]);
    if (operator === null) return left;
    const right = operand(text, operator[1]);
    if (right === null) return left;
    left = [apply(left[0], operator[0], right[0]), right[1]];
  }
  return left;
};
const factor = (text, at) => {
  if (text[at] !== "(") return number(text, at);
  const inner = expression(text, at + 1);
  return inner !== null && text[inner[1]] === ")" ? [inner[0], inner[1] + 1] : null;
};
const term = chain(factor, "*", (a, _, b) => (a * b) % 1000003);
const expression = map(
  chain(term, "+-", (a, operator, b) => (operator === "+" ? a + b : a - b)),
  (value) => value % 1000003,
);

globalThis.run = function () {
  const pipeline = compose(curry((a, b) => a + b)(3), curry((a, b) => a * b)(2), (n) => n % 1009);
  let result = 0;
  for (let i = 0; i < 40000; i++) result += pipeline(i);

  const counters = Array.from({ length: 50 }, counter);
  for (let i = 0; i < 40000; i++) {
    const { increment, decrement } = counters[i % 50];
    i % 3 === 0 ? decrement() : increment();
  }
  for (const counter of counters) result += counter.read();

  const steps = memoize((n) => (n === 1 ? 0 : 1 + steps(n % 2 === 0 ? n / 2 : 3 * n + 1)));
  let longest = 0;
  for (let n = 1; n < 4000; n++) longest = Math.max(longest, steps(n));

  const events = emitter();
  const stops = [];
  for (let i = 0; i < 10; i++) stops.push(events.on("tick", (n, by) => (result += n * by + i)));
  for (let n = 0; n < 1200; n++) {
    events.emit("tick", n, 2);
    if (n % 150 === 149) stops.pop()();
  }

  for (let i = 0; i < 60; i++) result += expression(`(${i}+12)*3-(4+${i}*(7-2))*(10+200*3)+1${i}`, 0)[0];
  return `${result} ${longest}`;
};
