// Why libraries differ. One that differs and is not here makes `./just npm-high-impact` fail.
const PROCESSES = "It starts a program, and a VM starts no processes";
const COLLATOR = "`Intl.Collator` is missing. The library says so in a line, and the rest is the same";

export const reasons = {
  chokidar: "`fs.watch` is missing",
  "cross-spawn": PROCESSES,
  "detect-libc": "`process.report` is missing, so the library starts a program, and a VM starts no processes",
  esbuild: `${PROCESSES}: esbuild is a native program`,
  execa: PROCESSES,
  "fast-levenshtein": COLLATOR,
  "fs-extra": "`ino` and `dev` of `fs.Stats` are 0, so the library takes all folders for the same",
  "graceful-fs": "`fs.ReadStream` is a class, and the library calls it without `new`",
  "object-inspect": "The text of a `Date` ends without the name of the time zone",
  optionator: COLLATOR,
  "supports-preserve-symlinks-flag": "jsvm has no flag `--preserve-symlinks`",
  typescript: `${PROCESSES}: TypeScript 7 is a native program`,
};
