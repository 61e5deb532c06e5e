// Packages of data, of browsers and of React, and of what is sent by HTTP: without files and connections.
// Each program gets the default export (or all exports, if there is none), `log`, and all exports.
const inside = async (name) => (await import(name)).default;

export const data = {
  "@radix-ui/react-primitive": async (_, log, { Primitive }) => {
    const { createElement } = await import("react");
    const { renderToString } = await import("react-dom/server");
    log(renderToString(createElement(Primitive.button, { id: "a" }, "b")), renderToString(createElement(Primitive.div, { asChild: true, title: "t" }, createElement("p", { className: "c" }))));
  },
  browserslist: (browserslist, log) => log(browserslist("ie 10-11, chrome 90"), browserslist.coverage(["ie 11"]) < 5, browserslist("node 18.0.0"), browserslist.parseConfig("a\n# c\n[x]\nb")),
  buffer: ({ Buffer: B }, log) => {
    const bytes = B.from("héllo");
    bytes.writeUInt16BE(0x4142, 0);
    log(bytes.toString("hex"), bytes.toString("base64"), B.concat([bytes, B.alloc(2, "x")]).indexOf("x"), B.compare(B.from("a"), B.from("b")), bytes.readDoubleLE.call(B.from([0, 0, 0, 0, 0, 0, 240, 63])), B !== globalThis.Buffer);
  },
  cookie: (_, log, { parseCookie, stringifySetCookie, parseSetCookie }) => log({ ...parseCookie("a=1; b=%20x; a=2") }, stringifySetCookie({ name: "s", value: "v w", httpOnly: true, maxAge: 60, sameSite: "lax" }), { ...parseSetCookie("k=v; Path=/; Secure") }),
  dotenv: async (dotenv, log) => {
    log(dotenv.parse("A=1\nB='two words'\n# c\nexport C=\"x\\ny\"\nD=a#b"));
    const { writeFileSync } = await import("node:fs");
    writeFileSync(".env", "FROM_FILE=yes\n");
    log(dotenv.config({ quiet: true }).parsed, process.env.FROM_FILE);
  },
  "electron-to-chromium": (electron, log) => log(electron.electronToChromium("4.0"), electron.electronToBrowserList("3.0"), electron.chromiumToElectron("66")),
  "http-errors": (createError, log) => {
    const error = createError(404, "gone", { extra: 1 });
    log(error.status, error.message, error.expose, error.extra, error instanceof createError.NotFound, createError(503).expose, createError.isHttpError(error), new createError.ImATeapot().name);
  },
  mime: (mime, log, { Mime }) => log(mime.getType("a/b.html"), mime.getExtension("text/plain; charset=utf-8"), new Mime({ "x/y": ["yy"] }).getType("yy"), mime.getType("none")),
  "mime-db": (db, log) => log(db["application/json"], Object.keys(db).length > 2000),
  "mime-types": (mime, log) => log(mime.lookup("a.png"), mime.contentType("b.md"), mime.extension("application/json; x=y"), mime.charset("text/html"), mime.lookup("x")),
  negotiator: (Negotiator, log) => {
    const negotiator = new Negotiator({ headers: { accept: "text/html;q=0.5, application/*;q=0.2, image/jpeg", "accept-language": "en;q=0.8, es, pt", "accept-encoding": "gzip, br;q=0" } });
    log(negotiator.mediaTypes(), negotiator.mediaType(["text/html", "application/json"]), negotiator.languages(["en", "es"]), negotiator.encodings(["br", "gzip", "identity"]));
  },
  "node-releases": async (_, log) => {
    const { readFileSync } = await import("node:fs");
    const require = (await import("node:module")).createRequire(import.meta.url);
    log(require("node-releases/data/processed/envs.json")[0], readFileSync(require.resolve("node-releases/data/release-schedule/release-schedule.json"), "utf8").includes("v18"));
  },
  "path-to-regexp": (_, log, { match, compile, pathToRegexp, parse }) => {
    log(match("/users{/:id}/*rest")("/users/5/a/b%20c"), compile("/a/:b")({ b: "x y" }), pathToRegexp("/x/:y").regexp?.source ?? pathToRegexp("/x/:y").source);
    try { parse("/:"); } catch (error) { log(error.message); }
  },
  qs: (qs, log) => log(qs.parse("a[b][]=1&a[b][]=2&c=%20&d.e=f", { allowDots: true }), qs.stringify({ a: { b: [1, 2] }, d: new Date(0), n: null }, { arrayFormat: "repeat", skipNulls: true })),
  "react-is": async (_, log, { isElement, isFragment, isValidElementType, typeOf, Memo }) => {
    const { createElement, Fragment, memo } = await import("react");
    log(isElement(createElement("a")), isFragment(createElement(Fragment)), isValidElementType({}), typeOf(createElement(memo(() => null))) === Memo);
  },
  "safe-buffer": ({ Buffer: B }, log) => log(B.from("a").toString("hex"), B.alloc(2, 1), B.allocUnsafe(3).length, B === Buffer),
  "safer-buffer": ({ Buffer: B }, log) => {
    log(B.from("é").toString("hex"), B.alloc(2));
    try { B.from(5); } catch (error) { log(error.name); }
  },
  statuses: (status, log) => log(status("not found"), status(418), status.empty[204], status.codes.length, status.retry[503], (() => { try { status(0); } catch (error) { return error.message; } })()),
  tr46: (tr46, log) => log(tr46.toASCII("Königsgäßchen.ＣＯＭ", { transitionalProcessing: false }), tr46.toUnicode("xn--knigsgchen-b4a3dun.com"), tr46.toASCII("xn--a", { checkBidi: true })),
  "uri-js": (uri, log) => log(uri.parse("uri://user@example.com:123/a%2fb?c#d"), uri.resolve("uri://a/b/c/d?q", "../../g"), uri.normalize("HTTP://ABC.com:80/%7Esmith/"), uri.equal("a:/x/../y", "a:/y")),
  "whatwg-url": (_, log, { URL: U, parseURL, serializeURL, URLSearchParams: P }) => {
    const url = new U("https://üser:p@EXAMPLE.com:443/a/../b?x=1#y");
    url.searchParams.append("z", "ä");
    log(url.href, url !== globalThis.URL, serializeURL(parseURL("http://0x7f.1/")), String(new P({ a: "b c" })));
    try { new U("x"); } catch (error) { log(error.name); }
  },
  y18n: async (y18n, log) => {
    const { mkdirSync, writeFileSync } = await import("node:fs");
    mkdirSync("locales");
    writeFileSync("locales/de.json", JSON.stringify({ "hello %s": "hallo %s", "%d cat": { one: "%d Katze", other: "%d Katzen" } }));
    const { __, __n } = y18n({ locale: "de", directory: process.cwd() + "/locales", updateFiles: false });
    log(__("hello %s", "x"), __n("%d cat", "%d cats", 3));
  },
};
