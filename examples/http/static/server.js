// The files of the folder public/, which are read once: when the program is built, they become part
// of the file.
import { readdirSync, readFileSync } from "node:fs";

const TYPES = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
};

const files = new Map();

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function add(folder, path) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      await add(new URL(`${entry.name}/`, folder), `${path}${entry.name}/`);
      continue;
    }
    const body = readFileSync(new URL(entry.name, folder));
    const digest = await crypto.subtle.digest("SHA-256", body);
    const type = TYPES[entry.name.split(".").at(-1)] ?? "application/octet-stream";
    files.set(path + entry.name, { body, type, etag: `"${hex(digest).slice(0, 16)}"` });
  }
}

await add(new URL("public/", import.meta.url), "/");

/** Whether the client has this version, as it says in `if-none-match`. */
function isKnown(request, etag) {
  const known = request.headers.get("if-none-match") ?? "";
  return known === "*" || known.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}

export default {
  fetch(request) {
    if (!["GET", "HEAD"].includes(request.method)) {
      return new Response("only GET and HEAD\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    let path;
    try {
      path = decodeURIComponent(new URL(request.url).pathname);
    } catch {
      return new Response("that is no path\n", { status: 400 });
    }
    const file = files.get(path.endsWith("/") ? `${path}index.html` : path);
    if (file === undefined) return new Response("not found\n", { status: 404 });
    const headers = { etag: file.etag, "cache-control": "no-cache" };
    if (isKnown(request, file.etag)) return new Response(null, { status: 304, headers });
    headers["content-type"] = file.type;
    return new Response(file.body, { headers });
  },
};
