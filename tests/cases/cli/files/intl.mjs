for (const type of ["conjunction", "disjunction", "unit"]) for (const style of ["long", "short", "narrow"]) {
  const format = new Intl.ListFormat("en", { type, style });
  console.log([[], ["a"], ["a", "b"], ["a", "b", "c"]].map((list) => format.format(list)));
}
console.log([0, 1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map((n) => new Intl.PluralRules("en", { type: "ordinal" }).select(n) + new Intl.PluralRules("en").select(n)).join());
console.log(new Intl.PluralRules("en").resolvedOptions(), new Intl.ListFormat("en").formatToParts(["a", "b"]));
try { new Intl.ListFormat("en", { type: "x" }); } catch (error) { console.log(error.name, error.message); }
