// What both ways to make the requests of `fetch` have in common.

// The host decides about these.
const OF_CONNECTION = new Set([
  "connection", "content-length", "host", "http2-settings", "keep-alive", "proxy-connection", "transfer-encoding",
  "upgrade",
]);
const METHODS = new Set(["get", "head", "post", "put", "delete", "connect", "options", "trace", "patch"]);
const SCHEMES = { __proto__: null, "http:": { tag: "HTTP" }, "https:": { tag: "HTTPS" } };

const bytesOf = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const textOf = (bytes) => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

const ACCESS_DENIED = "ERR_ACCESS_DENIED";
const DENIED = { __proto__: null, "HTTP-request-denied": true, "destination-IP-prohibited": true };

const failed = (url, error) => {
  const code = error?.payload;
  if (code?.tag in DENIED) {
    const reason = `cannot reach ${new URL(url).host}: permission denied. Whoever runs this file must allow this host`;
    return Object.assign(new Error(reason), { name: "PermissionDenied", code: ACCESS_DENIED });
  }
  const detail = typeof code?.val === "string" ? `: ${code.val}` : "";
  const reason = code?.tag === undefined ? error?.message ?? error : `${code.tag}${detail}`;
  return new TypeError(`fetch of ${url} failed: ${reason}`);
};

// The headers as WASI has them. Those of the connection are the business of the host.
const fieldsOf = ({ headers, body, decode }) => {
  const pairs = [];
  let hasCoding = false;
  for (const [name, value] of headers) {
    hasCoding ||= name === "accept-encoding";
    if (!OF_CONNECTION.has(name)) pairs.push([name, bytesOf(value)]);
  }
  if (decode && !hasCoding) pairs.push(["accept-encoding", bytesOf("gzip, deflate")]);
  if (body instanceof Uint8Array) pairs.push(["content-length", bytesOf(`${body.length}`)]);
  return Fields.fromList(pairs);
};

// Sets what is not in the headers.
const address = (request, method, url) => {
  const { protocol, host, pathname, search } = new URL(url);
  const name = method.toLowerCase();
  request.setMethod(METHODS.has(name) ? { tag: name } : { tag: "other", val: method });
  request.setScheme(SCHEMES[protocol] ?? { tag: "other", val: protocol.slice(0, -1) });
  request.setAuthority(host);
  request.setPathWithQuery(pathname + search);
};

const headersOf = (entries) => entries.map(([name, value]) => [name.toLowerCase(), textOf(value)]);
