// Packages that read, change and write programs, style sheets and data of languages.
// Each program gets the default export (or all exports, if there is none), `log`, and all exports.
const inside = async (name) => (await import(name)).default;
const SOURCE = "class A { #x = 1; async *m(a, ...b) { yield a?.b ?? `t${this.#x}`; } }";

export const languages = {
  "@babel/compat-data": async (_, log) => {
    const plugins = await inside("@babel/compat-data/plugins");
    log(plugins["transform-optional-chaining"], Object.keys(await inside("@babel/compat-data/native-modules")));
  },
  "@babel/core": async (babel, log) => {
    const doubled = ({ types: t }) => ({ visitor: { NumericLiteral(path) { path.replaceWith(t.identifier("n" + path.node.value)); } } });
    const { code, map } = await babel.transformAsync("const f = (a) => a + 1;", { plugins: [doubled], sourceMaps: true, filename: "a.js", configFile: false, babelrc: false });
    log(code, map.mappings, babel.parseSync("a;", { configFile: false, babelrc: false }).program.body.length);
  },
  "@babel/generator": async (_, log, { generate }) => {
    const { parse } = await import("@babel/parser");
    log(generate(parse(SOURCE), { compact: false }).code, generate(parse("if (a) { b() } else c"), { minified: true }).code);
  },
  "@babel/helper-compilation-targets": (helper, log, all) => {
    const targets = helper.default ?? all.default;
    log(targets({ browsers: "chrome 90, firefox 80" }), all.isRequired("transform-optional-chaining", { chrome: "79.0.0" }), all.prettifyTargets({ node: "18.0.0" }));
  },
  "@babel/helper-module-imports": async (_, log, { addNamed, addDefault }) => {
    const { transformSync } = await import("@babel/core");
    const plugin = () => ({ visitor: { Program(path) { addNamed(path, "x", "m"); addDefault(path, "n", { nameHint: "hint" }); } } });
    log(transformSync("a;", { plugins: [plugin], configFile: false, babelrc: false }).code);
  },
  "@babel/helper-module-transforms": async (_, log, { rewriteModuleStatementsAndPrepareHeader, isModule }) => {
    const { transformSync } = await import("@babel/core");
    const plugin = () => ({ visitor: { Program: { exit(path) {
      const { meta } = rewriteModuleStatementsAndPrepareHeader(path, { loose: false });
      log(isModule(path), [...meta.source.keys()], meta.local.size);
    } } } });
    log(transformSync("import a from 'b'; export const c = a;", { plugins: [plugin], configFile: false, babelrc: false }).code);
  },
  "@babel/helper-plugin-utils": async (_, log, { declare }) => {
    const plugin = declare((api, options) => { api.assertVersion(7); return { name: "p", visitor: { Identifier(path) { path.node.name = options.to; } } }; });
    const { transformSync } = await import("@babel/core");
    log(transformSync("a + b", { plugins: [[plugin, { to: "z" }]], configFile: false, babelrc: false }).code);
  },
  "@babel/helper-string-parser": (_, log, { readStringContents, readCodePoint }) => {
    const errors = new Proxy({}, { get: (_, name) => () => log("error", name) });
    log(readStringContents("double", 'a\\u{1F600}\\n"', 0, 0, 0, errors).str, readCodePoint("{41}", 0, 0, 0, false, errors).code);
  },
  "@babel/helper-validator-identifier": (_, log, { isIdentifierName, isKeyword, isStrictReservedWord }) => log(isIdentifierName("ä1"), isIdentifierName("1a"), isKeyword("class"), isStrictReservedWord("let")),
  "@babel/helpers": async (_, log, { list, get, getDependencies }) => {
    const { generate } = await import("@babel/generator");
    const { nodes } = get("defineProperty");
    log(list.length > 50, getDependencies("defineProperty"), generate({ type: "Program", body: nodes }).code);
  },
  "@babel/parser": (_, log, { parse, parseExpression }) => {
    const { program } = parse("import x from 'y'; enum E { A = 1 } const a: E = <b>{c}</b>;", { sourceType: "module", plugins: ["typescript", "jsx"] });
    log(program.body.map((node) => node.type), parseExpression("a ?? b").operator);
    try { parse("let let"); } catch (error) { log(error.message, error.loc); }
  },
  "@babel/template": async (_, log, all) => {
    const { generate } = await import("@babel/generator");
    const { identifier } = await import("@babel/types");
    log(generate(all.statement("const NAME = require(SOURCE);")({ NAME: identifier("a"), SOURCE: { type: "StringLiteral", value: "m" } })).code);
    log(generate(all.expression.ast`1 + ${identifier("b")}`).code);
  },
  "@babel/types": (t, log) => {
    const node = t.callExpression(t.memberExpression(t.identifier("a"), t.identifier("b")), [t.numericLiteral(1), t.valueToNode({ c: [true, null] })]);
    log(t.isCallExpression(node, {}), t.cloneNode(node).arguments[1].properties[0].key.name, t.toIdentifier("a-b c"), t.VISITOR_KEYS.IfStatement);
    try { t.identifier("1"); } catch (error) { log(error.message); }
  },
  "@jridgewell/resolve-uri": (resolve, log) => log(resolve("foo", "https://example.com/a/b"), resolve("../x.js", "/a/b/c"), resolve("./y", "./a/../b/")),
  "@jridgewell/trace-mapping": (_, log, { TraceMap, originalPositionFor, generatedPositionFor, eachMapping }) => {
    const map = new TraceMap({ version: 3, sources: ["input.js"], names: ["foo"], mappings: "KAyCIA" });
    log(originalPositionFor(map, { line: 1, column: 5 }), generatedPositionFor(map, { source: "input.js", line: 42, column: 4 }));
    eachMapping(map, (mapping) => log(mapping.name));
  },
  acorn: (_, log, { parse, tokenizer, Parser }) => {
    log(JSON.stringify(parse(SOURCE, { ecmaVersion: "latest", locations: true }).body[0].body.body[1].value.params), [...tokenizer("a=/x/u", { ecmaVersion: 2022 })].map((token) => token.type.label));
    try { Parser.parse("a b", { ecmaVersion: 2022 }); } catch (error) { log(error.name, error.message, error.loc.column); }
  },
  ajv: (_, log, { Ajv }) => {
    const ajv = new Ajv({ allErrors: true, coerceTypes: true });
    const validate = ajv.compile({ type: "object", properties: { a: { type: "integer", minimum: 2 }, b: { $ref: "#/$defs/s" } }, required: ["b"], additionalProperties: false, $defs: { s: { type: "string", pattern: "^x" } } });
    log(validate({ a: "3", b: "xy" }), validate({ a: 1, c: 1 }), ajv.errorsText(validate.errors));
  },
  argparse: ({ ArgumentParser }, log) => {
    const parser = new ArgumentParser({ description: "Process.", prog: "p" });
    parser.add_argument("integers", { metavar: "N", type: "int", nargs: "+", help: "an integer" });
    parser.add_argument("--sum", { action: "store_true", help: "sum them" });
    log({ ...parser.parse_args(["1", "2", "--sum"]) }, parser.format_help());
  },
  "caniuse-lite": ({ agents, feature, features, region }, log) => log(agents.firefox.browser, feature(features["css-grid"]).title, Object.keys(feature(features.fetch).stats).length > 10, typeof region),
  commander: (_, log, { Command, Option }) => {
    const program = new Command("x").exitOverride().configureOutput({ writeErr: (text) => log(text.trim()) });
    program.command("add <file...>").description("adds").addOption(new Option("-k, --kind <k>").choices(["a", "b"]).default("a")).action((files, options) => log(files, options));
    program.parse(["node", "x", "add", "1", "2", "-k", "b"]);
    log(program.helpInformation());
    try { program.parse(["node", "x", "add", "1", "-k", "c"]); } catch (error) { log(error.code, error.exitCode); }
  },
  "convert-source-map": (convert, log) => {
    const comment = convert.fromObject({ version: 3, sources: ["a"], mappings: "" }).toComment();
    log(comment, convert.fromSource(`x\n${comment}`).toObject(), convert.removeComments(`x;\n${comment}`));
  },
  espree: (_, log, { parse, tokenize, latestEcmaVersion }) => {
    log(parse(SOURCE, { ecmaVersion: "latest" }).body[0].type, tokenize("let a = <b/>", { ecmaVersion: 6, ecmaFeatures: { jsx: true } }).map((token) => token.type), latestEcmaVersion);
    try { parse("a ?", { ecmaVersion: 2020 }); } catch (error) { log(error.message, error.lineNumber); }
  },
  eslint: async (_, log, { Linter, ESLint }) => {
    log(new Linter().verify("var x = 1; if (x == 2) {}", [{ rules: { eqeqeq: "error", "no-var": "warn", "no-empty": "error" } }]).map((m) => [m.ruleId, m.line, m.message]));
    log(new Linter().verifyAndFix("var a = 'x'", [{ rules: { "no-var": 2, semi: 2, quotes: 2 } }]).output);
    const [result] = await new ESLint({ overrideConfigFile: true, overrideConfig: { rules: { "no-undef": 2 } } }).lintText("foo();", { filePath: "a.js" });
    log(result.errorCount, result.messages[0].message);
  },
  "eslint-scope": async (_, log, { analyze }) => {
    const { parse } = await import("espree");
    const manager = analyze(parse("let a; function f(b) { return a + b + c; }", { ecmaVersion: 2022, range: true }), { ecmaVersion: 2022 });
    log(manager.scopes.map((scope) => [scope.type, scope.variables.map((v) => v.name), scope.through.map((r) => r.identifier.name)]));
  },
  "eslint-visitor-keys": (_, log, { KEYS, getKeys, unionWith }) => log(KEYS.ForStatement, getKeys({ type: "X", a: {}, parent: {} }), unionWith({ Identifier: ["x"] }).Identifier),
  esbuild: async (esbuild, log) => log((await esbuild.transform("let a: number = 1 ?? 2", { loader: "ts", target: "es2015" })).code),
  estraverse: async (estraverse, log) => {
    const { parse } = await import("acorn");
    const tree = parse("a + f(b)", { ecmaVersion: 5 });
    const seen = [];
    estraverse.traverse(tree, { enter: (node) => { seen.push(node.type); if (node.type === "CallExpression") return estraverse.VisitorOption.Skip; } });
    log(seen, estraverse.replace(tree, { leave: (node) => (node.type === "Identifier" ? { ...node, name: "z" } : node) }).body[0].expression.left.name);
  },
  "estree-walker": async (_, log, { walk, asyncWalk }) => {
    const { parse } = await import("acorn");
    const tree = parse("x = [1, 2]", { ecmaVersion: 2020 });
    walk(tree, { leave(node, parent, key, index) { if (node.type === "Literal") log(key, index); } });
    await asyncWalk(tree, { async enter(node) { if (node.type === "Literal") this.replace({ type: "Identifier", name: "y" }); } });
    log(tree.body[0].expression.right.elements.map((e) => e.name));
  },
  esutils: (esutils, log) => log(esutils.keyword.isIdentifierES6("ünï"), esutils.keyword.isReservedWordES6("let", true), esutils.code.isWhiteSpace(0xa0), esutils.ast.isExpression({ type: "ThisExpression" })),
  globals: (globals, log) => log(globals.node.process, globals.browser.document, Object.keys(globals.es2021).length, globals.es5.Promise),
  ignore: (ignore, log) => {
    const rules = ignore().add(["*.log", "!keep.log", "/build/", "a/**/z"]);
    log(rules.filter(["x.log", "keep.log", "build/a", "src/build/a", "a/b/c/z"]), rules.test("d/x.log"), ignore.isPathValid("../a"));
  },
  "is-core-module": (isCore, log) => log(isCore("fs"), isCore("node:test"), isCore("test"), isCore("fs/promises", "12.0.0")),
  jiti: async (_, log, { createJiti }) => {
    const { writeFileSync } = await import("node:fs");
    writeFileSync("a.ts", "import { b } from './b.ts'; enum E { X = 2 } export default (b as number) + E.X; export const here: string = import.meta.filename;");
    writeFileSync("b.ts", "export const b: number = 3;");
    const module = await createJiti(process.cwd() + "/", { fsCache: false }).import("./a.ts");
    log(module.default, module.here.endsWith("a.ts"));
  },
  "js-tokens": (tokens, log) => log([...tokens("a?.b / /x/ `t${1}` <!", { jsx: false })].map((token) => `${token.type}:${token.value}`).join("|")),
  "js-yaml": (_, log, { load, dump, loadAll }) => {
    log(load("a: &x [1, 2.5, ~]\nb: {c: *x}\nd: |\n  text\n"), dump({ x: [1, { y: null, z: "a: b" }] }));
    try { load("a: [1"); } catch (error) { log(error.name, error.reason); }
  },
  json5: (json5, log) => log(json5.parse("{a: 1, /*x*/ 'b': .5, c: [+Infinity,], d: 0xF}"), json5.stringify({ "a-b": [1, "x'"] }, null, 1)),
  levn: (levn, log) => log(levn.parse("[Int]", "1,2"), levn.parse("{a: String, b: Maybe Number}", "{a: x, b: 2}"), levn.parse("RegExp", "/a/g")),
  minimist: (minimist, log) => log(minimist(["-a", "3", "--no-b", "d", "-xyz", "--e.f=1", "--", "g"], { boolean: ["x"], alias: { y: "why" } })),
  optionator: (optionator, log) => {
    const cli = optionator({ prepend: "Usage: cmd [options]", options: [{ option: "help", alias: "h", type: "Boolean", description: "shows help" }, { option: "count", type: "Int", default: "2", description: "how many" }] });
    log(cli.parse(["node", "x", "--count", "5", "f", "-h"]), cli.generateHelp());
    try { cli.parse(["node", "x", "--cuont=1"]); } catch (error) { log(error.message); }
  },
  postcss: async (postcss, log) => {
    const done = new WeakSet();
    const Rule = (rule) => { if (!done.has(rule)) { done.add(rule); rule.selector = "." + rule.selector; } };
    const plugin = { postcssPlugin: "p", Declaration(d) { if (d.prop === "color") d.value = "blue"; }, Rule };
    const result = await postcss([plugin]).process("a{color:red}@media x{b{c:d /*e*/}}", { from: "a.css", to: "b.css", map: { inline: false } });
    log(result.css, result.map.toString());
    try { postcss.parse("a{"); } catch (error) { log(error.name, error.reason, error.line); }
  },
  "postcss-selector-parser": (parser, log) => {
    log(parser((root) => root.walkClasses((c) => { c.value = "x-" + c.value; })).processSync(".a > b.c:not(.d)::after, [e=\"f\"]"), parser().astSync("a:hover").first.nodes.map((n) => n.type));
  },
  "prelude-ls": (prelude, log) => log(prelude.map((x) => x * 2, [1, 2]), prelude.fold((a, b) => a + b)(0)([1, 2, 3]), prelude.camelize("a-b"), prelude.unique([1, 1, 2])),
  "source-map": async (sourceMap, log) => {
    const generator = new sourceMap.SourceMapGenerator({ file: "b.js" });
    generator.addMapping({ source: "a.js", original: { line: 3, column: 4 }, generated: { line: 1, column: 2 }, name: "n" });
    const consumer = await new sourceMap.SourceMapConsumer(generator.toString());
    log(generator.toString(), consumer.originalPositionFor({ line: 1, column: 2 }), consumer.generatedPositionFor({ source: "a.js", line: 3, column: 4 }));
    consumer.destroy?.();
    const { SourceNode } = sourceMap;
    log(new SourceNode(1, 0, "a.js", ["x", new SourceNode(2, 0, "a.js", "y")]).toStringWithSourceMap({ file: "c" }).map.toString());
  },
  "source-map-js": ({ SourceMapGenerator, SourceMapConsumer }, log) => {
    const generator = new SourceMapGenerator({ file: "b.js" });
    generator.addMapping({ source: "a.js", original: { line: 3, column: 4 }, generated: { line: 1, column: 2 } });
    generator.setSourceContent("a.js", "x");
    const consumer = new SourceMapConsumer(generator.toJSON());
    log(generator.toString(), consumer.originalPositionFor({ line: 1, column: 3 }), consumer.sourceContentFor("a.js"));
  },
  typescript: async (_, log) => {
    const { API } = await import("typescript/unstable/sync");
    const { writeFileSync } = await import("node:fs");
    writeFileSync("tsconfig.json", '{ "files": ["a.ts"] }');
    writeFileSync("a.ts", "export const a: number = 1;");
    const api = new API({ cwd: process.cwd() });
    log(api.parseConfigFile("tsconfig.json").fileNames.length);
    api.close();
  },
  yaml: (yaml, log) => {
    const document = yaml.parseDocument("a: 1 # one\nb:\n  - &x {c: 2}\n  - *x\n");
    document.set("d", ["e"]);
    log(String(document), document.toJS(), yaml.stringify({ t: "a\nb", n: null, k: new Map([[1, 2]]) }), yaml.parseDocument("a: [").errors[0].code);
  },
  yargs: (yargs, log) => {
    const parser = yargs(["run", "--port=80", "-v", "x"]).scriptName("s").command("run [file]", "runs", (y) => y.option("port", { type: "number", describe: "the port" })).option("v", { boolean: true }).help(false).version(false);
    log(parser.parse());
  },
  "yargs-parser": (parse, log) => {
    log(parse("--foo=99 --no-bar -xy 1 --a.b c -- d", { boolean: ["x"], alias: { y: ["why"] } }));
    log(parse.detailed(["--n", "a"], { number: ["n"] }).argv.n);
  },
};
