// Each job is short; together they never end.
(async () => {
  for (;;) await null;
})();
