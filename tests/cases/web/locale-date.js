// toLocaleString, toLocaleDateString and toLocaleTimeString of dates: what en-US writes, and an error for
// everything else.
const date = new Date(Date.UTC(2024, 0, 5, 13, 4, 9, 7));
const show = (run) => {
  try {
    console.log(run());
  } catch (error) {
    console.log(error.name + ": " + error.message);
  }
};
const format = (options, locale) => show(() => date.toLocaleString(locale, options));
show(() => date.toLocaleString());
show(() => date.toLocaleDateString());
show(() => date.toLocaleTimeString());
show(() => date.toLocaleDateString("en-US", { hour: "numeric" }));
show(() => date.toLocaleTimeString("en-US", { year: "numeric" }));
show(() => new Date(NaN).toLocaleString());
show(() => new Date(Date.UTC(2024, 11, 31, 0, 5)).toLocaleTimeString());
show(() => new Date(Date.UTC(2024, 11, 31, 0, 5)).toLocaleTimeString("en-US", { hour12: false }));
for (const options of [
  { month: "long" },
  { month: "long", day: "numeric", year: "numeric" },
  { weekday: "long", month: "long", day: "numeric", year: "numeric" },
  { weekday: "short", month: "short", day: "2-digit" },
  { weekday: "short" },
  { weekday: "short", day: "numeric" },
  { year: "2-digit", month: "2-digit", day: "2-digit" },
  { year: "numeric", month: "short" },
  { hour: "numeric" },
  { hour: "2-digit", minute: "2-digit" },
  { hour: "numeric", minute: "2-digit", hour12: false },
  { hour: "numeric", minute: "2-digit", hourCycle: "h23" },
  { minute: "numeric", second: "numeric" },
  { hour: "numeric", minute: "numeric", second: "numeric", fractionalSecondDigits: 3 },
  { weekday: "long", year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "numeric" },
  { year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" },
  { weekday: "long", hour: "numeric" },
  { dateStyle: "full" },
  { dateStyle: "long" },
  { dateStyle: "medium", timeStyle: "short" },
  { dateStyle: "short", timeStyle: "medium" },
  { dateStyle: "full", timeStyle: "long" },
  { timeStyle: "full" },
  { timeStyle: "short", hour12: false },
  { timeZone: "UTC", timeZoneName: "short" },
  // What is not there.
  { timeZone: "Europe/Berlin" },
  { timeZoneName: "shortOffset" },
  { era: "short" },
  { dayPeriod: "long" },
  { calendar: "hebrew" },
  { year: "numeric", day: "numeric" },
  { weekday: "long", year: "numeric" },
  { hour: "numeric", second: "numeric" },
  { dateStyle: "full", year: "numeric" },
  { dateStyle: "huge" },
  { month: "big" },
]) format(options);
for (const locale of ["en", "de", "en-GB", ["ja-JP", "en-US"]]) format({ dateStyle: "long" }, locale);
show(() => date.toLocaleDateString("en-US", { timeStyle: "short" }));
show(() => Date.prototype.toLocaleString.call({}));
console.log(Date.prototype.toLocaleDateString.length, Date.prototype.toLocaleTimeString.name);
