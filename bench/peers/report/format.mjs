// Numbers as people read them.

/** Three digits that say something: 0.123, 1.23, 12.3, 123. */
function digits(number) {
  return number.toPrecision(3).includes("e") ? String(Math.round(number)) : String(Number(number.toPrecision(3)));
}

function scaled(number, units) {
  for (const [unit, factor] of units) {
    // What would be rounded to 1,000 of the next smaller unit is 1 of this.
    if (number >= factor * 0.9995) return `${digits(number / factor)} ${unit}`;
  }
  const [unit, factor] = units.at(-1);
  return `${digits(number / factor)} ${unit}`;
}

const TIME = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]];
const SIZE = [["MB", 1e6], ["KB", 1e3], ["B", 1]];

/** Nanoseconds, or bytes. */
export function quantity(value, unit) {
  return scaled(value, unit === "time" ? TIME : SIZE);
}

/** How many times. */
export function times(ratio) {
  return `${ratio >= 100 ? Math.round(ratio) : Number(ratio.toPrecision(2))}×`;
}
