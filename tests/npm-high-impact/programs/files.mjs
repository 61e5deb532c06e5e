// Packages over files, folders and modules. Each program runs in an empty folder.
// It gets the default export (or all exports, if there is none), `log`, and all exports.
const made = async () => {
  const { mkdirSync, writeFileSync, ...fs } = await import("node:fs");
  mkdirSync("a/b/c", { recursive: true });
  for (const name of ["a/1.js", "a/b/2.ts", "a/b/c/3.js", "a/.hidden", "package.json"]) writeFileSync(name, name.endsWith(".json") ? '{"name":"here"}' : name);
  return { mkdirSync, writeFileSync, ...fs };
};
const short = (paths) => [paths].flat().map((path) => String(path).replaceAll(process.cwd(), ".")).sort();

export const files = {
  chokidar: async ({ watch }, log) => {
    const { writeFileSync, unlinkSync } = await made();
    const watcher = watch("a", { ignoreInitial: true });
    const next = (event) => new Promise((done) => watcher.once(event, done));
    await next("ready");
    let seen = next("add");
    writeFileSync("a/new.txt", "1");
    log(await seen);
    seen = next("unlink");
    unlinkSync("a/new.txt");
    log(await seen);
    await watcher.close();
  },
  escalade: async (escalade, log) => {
    await made();
    log(short(await escalade("a/b/c", (folder, names) => names.includes("package.json") && "package.json")), short((await import("escalade/sync")).default("a/b/c/3.js", (folder, names) => names.find((name) => name === "2.ts"))));
  },
  "fast-glob": async (glob, log) => {
    await made();
    log(short(await glob(["**/*.js", "!a/1.js"])), short(glob.sync("a/*", { dot: true, onlyFiles: false, markDirectories: true })), glob.isDynamicPattern("a*"), glob.escapePath("a(b)"));
    const streamed = [];
    for await (const path of glob.stream("a/**", { deep: 2 })) streamed.push(path);
    log(short(streamed));
  },
  fdir: async ({ fdir }, log) => {
    await made();
    log(short(await new fdir().withRelativePaths().filter((path) => path.endsWith(".js")).crawl("a").withPromise()), new fdir().withDirs().onlyCounts().crawl("a").sync());
  },
  "file-entry-cache": async (cache, log) => {
    const { writeFileSync } = await made();
    const options = { cacheId: "x", cacheDirectory: "cache", useCheckSum: true };
    const first = cache.create("x", "cache", options);
    log(first.getFileDescriptor("a/1.js").changed, first.getFileDescriptor("none.js").notFound);
    first.reconcile();
    log(cache.create("x", "cache", options).getFileDescriptor("a/1.js").changed);
    writeFileSync("a/1.js", "other");
    log(cache.create("x", "cache", options).getFileDescriptor("a/1.js").changed);
  },
  "find-up": async (_, log, { findUp, findUpSync, findDown }) => {
    await made();
    log(short(await findUp("package.json", { cwd: "a/b/c" })), short(findUpSync(["no", "2.ts"], { cwd: "a/b/c" })), short(await findDown("3.js", { depth: 5 })), await findUp("nothing-of-this-name"));
  },
  "flat-cache": async (_, log, { FlatCache, create, createFromFile }) => {
    const cache = new FlatCache({ cacheId: "c", cacheDir: "cache" });
    cache.setKey("a", { b: [1] });
    cache.save();
    const again = create({ cacheId: "c", cacheDir: "cache" });
    log(again.getKey("a"), again.keys(), (await import("node:fs")).readdirSync("cache"));
    log(again.destroy?.(), createFromFile("cache/none").keys());
  },
  "fs-extra": async (fs, log) => {
    await made();
    await fs.outputJson("new/x/y.json", { a: 1 }, { spaces: 1 });
    await fs.copy("a", "copy", { filter: (path) => !path.endsWith(".ts") });
    await fs.move("copy/b", "moved");
    await fs.ensureDir("deep/er");
    log(await fs.readJson("new/x/y.json"), short(await fs.readdir("copy")), await fs.pathExists("moved/c/3.js"), await fs.pathExists("moved/2.ts"));
    await fs.emptyDir("a");
    fs.removeSync("copy");
    log(fs.readdirSync("a"), fs.existsSync("copy"), await fs.readJson("no.json").catch((error) => error.code));
  },
  glob: async (_, log, { glob, globSync, globStream, Glob, hasMagic }) => {
    await made();
    log(short(await glob("**/*.{js,ts}", { ignore: "a/1*" })), short(globSync("a/**/", { dot: true })), hasMagic("a?"), short(await glob("*", { cwd: "a", absolute: true })));
    const streamed = [];
    for await (const path of globStream("a/**", { nodir: true, maxDepth: 2 })) streamed.push(path);
    log(short(streamed), short(new Glob("a/b/*", { withFileTypes: true }).walkSync().map((path) => path.relative())));
  },
  "glob-parent": (parent, log) => log(parent("a/b/*.js"), parent("x/{a,b}/c"), parent("path/[a]/x"), parent("a/b")),
  "graceful-fs": async (fs, log) => {
    const { writeFileSync } = await made();
    for (let n = 0; n < 40; n++) writeFileSync(`a/n${n}`, String(n));
    const all = await Promise.all(Array.from({ length: 40 }, (_, n) => new Promise((done, fail) => fs.readFile(`a/n${n}`, "utf8", (error, text) => (error ? fail(error) : done(Number(text)))))));
    log(all.reduce((a, b) => a + b), fs.readdirSync("a").length, await fs.promises.readFile("a/1.js", "utf8"));
    fs.gracefulify({ ...fs });
    await new Promise((done) => fs.createReadStream("a/1.js").on("data", (chunk) => log(String(chunk))).on("close", done));
  },
  "import-fresh": async (importFresh, log) => {
    const { writeFileSync } = await made();
    writeFileSync("counter.cjs", "let n = 0; module.exports = () => ++n;");
    const path = process.cwd() + "/counter.cjs";
    const require = (await import("node:module")).createRequire(path);
    log(require(path)(), require(path)(), importFresh(path)(), importFresh(path)());
  },
  isexe: async (_, log, { isexe, sync }) => {
    const { chmodSync } = await made();
    chmodSync("a/1.js", 0o755);
    chmodSync("a/b/2.ts", 0o644);
    log(await isexe("a/1.js"), await isexe("a/b/2.ts"), sync("a/1.js"), await isexe("no", { ignoreErrors: true }), await isexe("no").catch((error) => error.code));
  },
  "locate-path": async (_, log, { locatePath, locatePathSync }) => {
    await made();
    log(await locatePath(["no", "a/1.js"]), await locatePath(["a"], { type: "directory" }), locatePathSync(["a", "package.json"]));
  },
  "make-dir": async (_, log, { makeDirectory, makeDirectorySync }) => {
    log(short(await makeDirectory("x/y/z")), short(makeDirectorySync("v/w")), (await import("node:fs")).statSync("x/y/z").isDirectory());
  },
  mkdirp: async (_, log, { mkdirp, mkdirpSync, mkdirpManual }) => {
    log(short(await mkdirp("x/y/z")), await mkdirp("x/y/z"), short(mkdirpSync("v/w")), short(await mkdirpManual("m/n")));
    (await import("node:fs")).writeFileSync("file", "");
    log(await mkdirp("file/a").catch((error) => error.code));
  },
  "normalize-path": (normalize, log) => log(normalize("\\foo\\bar\\\\baz\\"), normalize("a//b/", false), normalize("\\\\?\\C:\\x")),
  "npm-run-path": (_, log, { npmRunPath, npmRunPathEnv }) => {
    const path = npmRunPath({ cwd: "/a/b", path: "/usr/bin", addExecPath: false });
    log(path.split(":"), npmRunPathEnv({ cwd: "/a", env: { PATH: "/x" }, addExecPath: false }).PATH.split(":").at(-1));
  },
  "parent-module": async (_, log) => {
    const { writeFileSync } = await made();
    const require = (await import("node:module")).createRequire(import.meta.url);
    writeFileSync("inner.cjs", `const m = require(${JSON.stringify(require.resolve("parent-module"))}); module.exports = () => (m.default ?? m)();`);
    writeFileSync("outer.cjs", "module.exports = () => require('./inner.cjs')();");
    log(short(require(process.cwd() + "/outer.cjs")() ?? "none"));
  },
  "path-exists": async (_, log, { pathExists, pathExistsSync }) => {
    await made();
    log(await pathExists("a/1.js"), await pathExists("no"), pathExistsSync("a"));
  },
  "path-key": (pathKey, log) => log(pathKey(), pathKey({ env: { PATH: "/a" }, platform: "linux" }), pathKey({ env: { Path: "/a" }, platform: "win32" })),
  "path-parse": (parse, log) => log(parse("/home/user/file.txt"), parse.win32("C:\\a\\b.tar.gz")),
  "path-scurry": async (_, log, { PathScurry }) => {
    await made();
    const walker = new PathScurry(process.cwd());
    log(short((await walker.walk("a")).map((path) => path.relative())), short((await walker.readdir("a")).map((entry) => entry.name)), walker.relative("a/b/../1.js"), (await walker.lstat("a/1.js")).isFile(), walker.cwd.resolve("a").isDirectory());
    for await (const path of walker.iterate("a/b")) log(path.isFile(), path.name);
  },
  readdirp: async (_, log, { readdirp, readdirpPromise }) => {
    await made();
    log(short((await readdirpPromise("a", { fileFilter: (entry) => entry.basename.endsWith(".js") })).map((entry) => entry.path)));
    const seen = [];
    for await (const entry of readdirp("a", { type: "files_directories", depth: 1, alwaysStat: true })) seen.push(`${entry.path}:${entry.stats.isDirectory()}`);
    log(short(seen));
  },
  resolve: async (resolve, log) => {
    const { mkdirSync, writeFileSync } = await made();
    mkdirSync("node_modules/p/lib", { recursive: true });
    writeFileSync("node_modules/p/package.json", '{"name":"p","version":"1.2.3","main":"lib"}');
    writeFileSync("node_modules/p/lib/index.js", "");
    const basedir = process.cwd() + "/a/b";
    log(short(resolve.sync("p", { basedir })), short(resolve.sync("../1", { basedir })), resolve.isCore("fs"), resolve.sync("fs"));
    log(await new Promise((done) => resolve("p/lib", { basedir }, (error, path, json) => done([short(path), json.version]))), await new Promise((done) => resolve("nope", { basedir }, (error) => done(error.code))));
  },
  "resolve-from": async (resolveFrom, log) => {
    await made();
    log(short(resolveFrom(process.cwd() + "/a", "./1.js")), resolveFrom.silent("a", "./none"));
    try { resolveFrom("a", "./none"); } catch (error) { log(error.code); }
  },
  rimraf: async (_, log, { rimraf, rimrafSync, manual }) => {
    const { existsSync, symlinkSync, writeFileSync } = await made();
    symlinkSync("b", "a/link");
    writeFileSync("x.tmp", "");
    log(await rimraf("a/link"), existsSync("a/b/2.ts"), await rimraf("*.tmp", { glob: true }), await rimraf("none"));
    rimrafSync("a/b/c");
    await manual("a");
    log(existsSync("a"), existsSync("x.tmp"));
  },
  slash: (slash, log) => log(slash("a\\b\\c"), slash("\\\\?\\a\\b")),
  "supports-preserve-symlinks-flag": (supports, log) => log(supports),
  tinyglobby: async (_, log, { glob, globSync, isDynamicPattern, escapePath }) => {
    await made();
    log(short(await glob(["**/*.js", "!a/1.js"])), short(globSync("a/*", { dot: true, onlyFiles: false, absolute: true })), isDynamicPattern("a*"), escapePath("a[b]"));
  },
  which: async (which, log) => {
    const { chmodSync, writeFileSync } = await made();
    writeFileSync("a/tool", "#!/bin/sh\n");
    chmodSync("a/tool", 0o755);
    const path = process.cwd() + "/a";
    log(short(await which("tool", { path })), short(which.sync("tool", { path, all: true })), await which("1.js", { path, nothrow: true }), await which("none", { path }).catch((error) => error.code));
  },
};
