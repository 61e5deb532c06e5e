// Exceptions thrown, caught, passed on, with causes and with work that is always done.
class ValidationError extends Error {
  constructor(field, message, options) {
    super(message, options);
    this.name = "ValidationError";
    this.field = field;
  }
}

class NotFound extends Error {}

function parse(text) {
  if (text === "") throw new TypeError("nothing to parse");
  const number = Number(text);
  if (Number.isNaN(number)) throw new RangeError(`not a number: ${text}`);
  return number;
}

function validate(record) {
  if (record.age < 0) throw new ValidationError("age", "must not be negative");
  try {
    return parse(record.text);
  } catch (error) {
    if (error instanceof RangeError) throw new ValidationError("text", "is no number", { cause: error });
    throw error;
  }
}

function find(list, id) {
  for (const item of list) if (item.id === id) return item;
  throw new NotFound(`no item ${id}`);
}

function nested(depth) {
  if (depth === 0) throw new Error("at the bottom");
  try {
    return nested(depth - 1);
  } finally {
    nested.cleaned++;
  }
}

function parity(i, tally) {
  try {
    if (i % 2 === 0) return;
    tally.odd++;
  } finally {
    tally.done++;
  }
}

globalThis.run = function () {
  const tally = { ok: 0, age: 0, text: 0, type: 0, caused: 0, missing: 0, native: 0, odd: 0, done: 0 };
  const items = [{ id: 1 }, { id: 2 }, { id: 3 }];
  nested.cleaned = 0;
  for (let i = 0; i < 6000; i++) {
    const record = { age: i % 6 === 0 ? -1 : i % 90, text: ["12", "", "3.5", "x", "7"][i % 5] };
    try {
      tally.ok += validate(record) > 0 ? 1 : 0;
    } catch (error) {
      if (error instanceof ValidationError) {
        tally[error.field]++;
        if (error.cause !== undefined) tally.caused += error.cause.message.length;
      } else {
        tally.type += error.message.length;
      }
    }
    try {
      find(items, i % 5);
    } catch {
      tally.missing++;
    }
    if (i % 4 === 0) {
      try {
        undefined.property;
      } catch (error) {
        tally.native += error instanceof TypeError ? 1 : 0;
      }
    }
    if (i % 40 === 0) {
      try {
        nested(20);
      } catch (error) {
        tally.native += error.stack.length > 0 ? 1 : 0;
      }
    }
    parity(i, tally);
  }
  return `${JSON.stringify(tally)} ${nested.cleaned}`;
};
