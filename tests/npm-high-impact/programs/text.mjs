// Packages that work on text: what is printed in terminals, and what is found, changed and compared in strings.
// Each program gets the default export (or all exports, if there is none), `log`, and all exports.
export const text = {
  "ansi-regex": (ansiRegex, log) =>
    log("\u001b[31mred\u001b[0m \u001b]8;;http://a\u0007b".match(ansiRegex()), "x".match(ansiRegex({ onlyFirst: true }))),
  "ansi-styles": (styles, log) =>
    log(JSON.stringify(styles.red.open + styles.bold.close), styles.hexToAnsi(16), styles.color.ansi16m(1, 2, 3), styles.rgbToAnsi256(9, 99, 250)),
  "balanced-match": ({ balanced, range }, log) => log(balanced("{", "}", "pre{in{nested}}post"), range("{", "}", "a{b}c")),
  braces: (braces, log) => log(braces("a/{x,y}/{01..03}", { expand: true }), braces("{a,b}{1..3}")),
  "brace-expansion": (_, log, { expand }) => log(expand("{a..e..2}{x,y{1,2}}"), expand("a$\{b}{c,d}")),
  camelcase: (camelcase, log) => log(camelcase("foo-bar_baz"), camelcase(["a", "b c"], { pascalCase: true })),
  chalk: (_, log, { Chalk }) => {
    const chalk = new Chalk({ level: 3 });
    log(JSON.stringify(chalk.red.bold(`a${chalk.hex("#102030")("b")}c`)), JSON.stringify(new Chalk({ level: 1 }).bgBlue("y")));
  },
  cliui: (cliui, log) => {
    const ui = cliui({ width: 40, wrap: true });
    ui.div({ text: "-f, --file", width: 14, padding: [0, 2, 0, 2] }, { text: "the file that is to be loaded", width: 20 }, { text: "[x]", align: "right" });
    log(ui.toString());
  },
  "color-convert": (convert, log) => log(convert.rgb.hsl(140, 200, 100), convert.keyword.rgb("blue"), convert.hex.lab.raw("DEADBF")),
  "color-name": (names, log) => log(names.rebeccapurple, Object.keys(names).length),
  "emoji-regex": (emojiRegex, log) => log([..."a\u{1F468}\u200D\u{1F469}\u200D\u{1F467} b\u2764\uFE0F 1\u{1F1E9}\u{1F1EA}".matchAll(emojiRegex())].map((m) => [m.index, m[0].length])),
  entities: ({ decodeHTML, encode, escapeText, decodeXML }, log) =>
    log(decodeHTML("&lt;&auml;&#x1F600;&notit;"), encode("<ä&>"), escapeText("a<b\u00a0"), decodeXML("&apos;&auml;")),
  "escape-string-regexp": (escape, log) => log(escape("a.b*[c]-d"), new RegExp(escape("$1.0 (x)")).test("at $1.0 (x)!")),
  "fast-levenshtein": ({ get }, log) => log(get("kitten", "sitting"), get("mikailovitch", "Victorovitch", { useCollator: false })),
  "fill-range": (fill, log) => log(fill("a", "e", 2), fill("001", "005", 2), fill(1, 12, { toRegex: true })),
  "has-flag": (hasFlag, log) => log(hasFlag("unicorn", ["--unicorn", "-a"]), hasFlag("b", ["-a", "--", "-b"])),
  "iconv-lite": (iconv, log) =>
    log(iconv.encode("héllo€", "win1252"), iconv.decode(Buffer.from([0x83, 0x65, 0x83, 0x58]), "shift_jis"), iconv.encode("汉", "gb18030"), iconv.encode("a", "utf16"), iconv.encodingExists("x")),
  imurmurhash: (hash, log) => log(hash("some text").result(), hash(7).hash("a").hash("b").result()),
  "is-extglob": (isExtglob, log) => log(isExtglob("?(abc)"), isExtglob("\\@(a)"), isExtglob("abc*")),
  "is-fullwidth-code-point": (isFullwidth, log) => log(isFullwidth("谢".codePointAt()), isFullwidth(97)),
  "is-glob": (isGlob, log) => log(isGlob("*.js"), isGlob("a.js"), isGlob("{a,b}"), isGlob("a(b", { strict: false })),
  jsesc: (jsesc, log) => log(jsesc("Ich ♥ Bücher 𝌆 \n"), jsesc({ a: new Map([["ü", [1, "'"]]]) }, { quotes: "double", compact: false, es6: true })),
  "lines-and-columns": (_, log, { LinesAndColumns }) => {
    const lines = new LinesAndColumns("table {\n  border: 0\r\n}");
    log(lines.locationForIndex(9), lines.indexForLocation({ line: 2, column: 0 }), lines.locationForIndex(99));
  },
  "magic-string": (MagicString, log) => {
    const text = new MagicString("problems = 99").overwrite(0, 8, "answer").remove(11, 12).prepend("var ").append(";");
    log(text.toString(), text.generateMap({ source: "a.js", includeContent: true, hires: true }).toString());
  },
  micromatch: (micromatch, log) => log(micromatch(["a.js", "b.ts", "c/d.js"], ["**/*.js", "!a*"]), micromatch.isMatch("x/y", "x/*"), micromatch.capture("t/*.js", "t/a.js")),
  minimatch: ({ minimatch, Minimatch }, log) =>
    log(minimatch("a/b.js", "**/*.js"), minimatch(".a", "*"), minimatch.match(["a", "b", "ab"], "!(a)"), ["a/b1.js", "a/d1.js"].filter(minimatch.filter("a/{b,c}?.[jt]s")), new Minimatch("a/{b,c}/*").globParts),
  ms: (ms, log) => log(ms("2 days"), ms("-1.5h"), ms(60000), ms(2 * 60000, { long: true })),
  picocolors: ({ createColors }, log) => log(JSON.stringify(createColors(true).red(createColors(true).bold("a") + "b")), createColors(false).red("x")),
  picomatch: (picomatch, log) => log(picomatch("*.{js,ts}")("a.ts"), picomatch.makeRe("a/**/b").source, picomatch.scan("!./foo/*.js"), picomatch(["a*", "!ab"])("ab")),
  punycode: (punycode, log) => log(punycode.toASCII("mañana.com"), punycode.toUnicode("xn--maana-pta.com"), punycode.encode("☃-⌘"), punycode.decode("--dqo34k"), punycode.ucs2.decode("\u{1d306}")),
  semver: (semver, log) =>
    log(semver.satisfies("1.2.3", "^1.1.0 || >=3"), semver.inc("1.2.3-a.1", "prerelease"), semver.sort(["1.10.0", "1.9.0", "1.9.0-b"]), semver.coerce("v3.4 x").version, semver.minVersion(">1.0.0").version, semver.validRange("~1.2 - 3") ?? "none"),
  "shebang-regex": (regex, log) => log("#!/usr/bin/env node\nx".match(regex)[1], regex.test("x")),
  "shebang-command": (command, log) => log(command("#!/usr/bin/env node"), command("#!/bin/bash -x"), command("x")),
  "string-width": (width, log) => log(width("漢a"), width("\u001b[1m古\u001b[22m"), width("\u{1F468}\u200D\u{1F469}"), width("e\u0301")),
  "strip-ansi": (strip, log) => log(strip("\u001b[4mu\u001b[0m \u001b]8;;http://a\u0007link\u001b]8;;\u0007")),
  "strip-bom": (strip, log) => log(strip("\uFEFFunicorn").length, strip("a")),
  "strip-json-comments": (strip, log) => log(strip('{/*x*/"a": "//b", // c\n "d": 1,}', { trailingCommas: true }), strip("[1]//a", { whitespace: false })),
  "supports-color": (_, log, { createSupportsColor }) => {
    const first = [createSupportsColor({ isTTY: true }, { sniffFlags: false }), createSupportsColor(undefined)];
    process.env.FORCE_COLOR = "3";
    log(JSON.stringify([...first, createSupportsColor({ isTTY: true })]));
  },
  "to-regex-range": (toRegexRange, log) => log(toRegexRange("1", "512"), toRegexRange("-10", "10"), toRegexRange("001", "100"), toRegexRange(5, 55, { capture: true })),
  "wrap-ansi": (wrap, log) => log(JSON.stringify(wrap("The quick \u001b[31mbrown fox jumped\u001b[39m over the 古古古古古古 dog", 12, { hard: true }))),
};
