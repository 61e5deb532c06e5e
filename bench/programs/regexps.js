// Regular expressions: reading a log, named groups, replacing, splitting, look-around, Unicode.
const METHODS = ["GET", "POST", "PUT", "DELETE"];

function log(count) {
  const lines = [];
  for (let i = 0; i < count; i++) {
    const method = METHODS[i % METHODS.length];
    const status = [200, 200, 304, 404, 500][i % 5];
    lines.push(
      `10.0.${i % 256}.${(i * 7) % 256} - - [2026-01-${String((i % 28) + 1).padStart(2, "0")}T10:00:${String(i % 60).padStart(2, "0")}Z] ` +
        `"${method} /shop/item/${i}?page=${i % 9}&sort=price HTTP/1.1" ${status} ${i * 37} "agent ${i % 3}.${i % 10}"`,
    );
  }
  return lines.join("\n");
}

const LINE =
  /^(?<address>\d{1,3}(?:\.\d{1,3}){3}) - - \[(?<date>\d{4}-\d{2}-\d{2})T(?<time>[\d:]+)Z\] "(?<method>[A-Z]+) (?<path>[^?"\s]+)(?:\?(?<query>\S*))? HTTP\/[\d.]+" (?<status>\d{3}) (?<bytes>\d+) "(?<agent>[^"]*)"$/gm;

globalThis.run = function () {
  const text = log(1000);
  let bytes = 0;
  const statuses = {};
  for (const match of text.matchAll(LINE)) {
    const { status, bytes: sent, query } = match.groups;
    statuses[status] = (statuses[status] ?? 0) + 1;
    bytes += Number(sent);
    const page = /(?:^|&)page=(\d+)/.exec(query);
    if (page !== null) bytes += Number(page[1]);
  }
  const masked = text.replace(/(\d+\.\d+)\.\d+\.\d+/g, "$1.x.x");
  const upper = masked.replace(/\b([a-z])([a-z]*)\b/g, (_, first, rest) => first.toUpperCase() + rest);
  const words = upper.split(/[\s"[\]/?&=]+/).filter((word) => /^[A-Z][a-z]{2,}$/.test(word));
  const prices = "12.50 EUR, 7 USD, 19.99 EUR, 3 GBP, ".repeat(150).match(/\d+(?:\.\d+)?(?= EUR)/g);
  const names = "Zo\u00eb, \u0141ukasz, Bj\u00f6rk, \u0395\u03bb\u03ad\u03bd\u03b7, Ana; ".repeat(150).match(/\p{Lu}\p{Ll}+/gu);
  const numbers = "1234567890".repeat(50).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return [JSON.stringify(statuses), bytes, masked.length, words.length, prices.length, names.length, numbers.length].join(" ");
};
