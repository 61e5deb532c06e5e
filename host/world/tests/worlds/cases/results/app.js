export function parse(text) {
  const number = Number(text);
  if (Number.isNaN(number)) throw new RangeError(`${text} is no number`);
  return number;
}

export function check(text) {
  if (text === "plain") throw { tag: "not-found", val: text };
  if (text === "payload") throw Object.assign(new Error("large"), { payload: { tag: "too-large", val: 2n ** 40n } });
  if (text === "unknown") throw { tag: "unknown" };
  if (text === "wrong") throw new Error("a wrong error");
}

export const find = (text) => (text === "none" ? undefined : text);

export function only(text) {
  if (text) throw new Error(text);
}

export async function later(text) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (text === "no") throw "refused";
  return text;
}
