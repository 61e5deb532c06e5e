// toLocaleString of numbers: what en-US writes, and an error for everything else.
const show = (value, ...args) => {
  try {
    console.log(value.toLocaleString(...args));
  } catch (error) {
    console.log(error.name + ": " + error.message);
  }
};
for (const value of [0, -0, 1234.5, -1234567.8915, 1.0005, 1e21, 1e-7, NaN, -Infinity, 12345678901234567890n]) show(value);
show(Object(1234));
show(1234.5, "en-US", { minimumFractionDigits: 2 });
show(1.005, ["en"], { maximumFractionDigits: 2 });
show(9.995, undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
show(7, "en-US", { minimumIntegerDigits: 3 });
show(123456, undefined, { maximumSignificantDigits: 3 });
show(1.005, undefined, { minimumSignificantDigits: 2, maximumSignificantDigits: 2 });
show(12345, undefined, { useGrouping: false });
show(1234, undefined, { useGrouping: "min2" });
show(0.2567, undefined, { style: "percent", maximumFractionDigits: 1 });
show(1234.5, undefined, { style: "currency", currency: "usd" });
show(-1234.5, undefined, { style: "currency", currency: "EUR" });
show(1234.5, undefined, { style: "currency", currency: "JPY" });
show(1234.5, undefined, { style: "currency", currency: "KWD" });
show(-5, undefined, { style: "currency", currency: "USD", currencySign: "accounting" });
show(5, undefined, { style: "currency", currency: "CHF" });
show(5, undefined, { style: "currency", currency: "USD", currencyDisplay: "code" });
show(5, undefined, { signDisplay: "always" });
show(-0.001, undefined, { signDisplay: "negative", maximumFractionDigits: 2 });
show(2, undefined, { minimumFractionDigits: 2, trailingZeroDisplay: "stripIfInteger" });
show([1234.5, null, 5678n, [1e6]]);
show([1234.5, null, 5678n, [1e6]], "en-US", { minimumFractionDigits: 1 });
show(new Float64Array([1234.5]), "en-US", { minimumFractionDigits: 2 });

for (const locale of ["de-DE", "en-GB", "en-US-u-nu-thai", "x", "not a locale", null, 5, ["fr", "en-US"], []]) show(1234.5, locale);
for (const options of [
  { style: "unit", unit: "liter" },
  { notation: "compact" },
  { style: "currency" },
  { style: "currency", currency: "dollars" },
  { style: "currency", currency: "USD", currencyDisplay: "name" },
  { style: "other" },
  { roundingMode: "floor" },
  { numberingSystem: "thai" },
  { maximumFractionDigits: 101 },
  { minimumFractionDigits: 3, maximumFractionDigits: 2 },
  { useGrouping: "never" },
  null,
]) show(1234.5, undefined, options);
show({ __proto__: Number.prototype });
try {
  BigInt.prototype.toLocaleString.call(1);
} catch (error) {
  console.log(error.name + ": " + error.message);
}
console.log(Number.prototype.toLocaleString.length, Number.prototype.toLocaleString.name);
