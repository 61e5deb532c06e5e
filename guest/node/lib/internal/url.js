'use strict';
// `URL` and `URLSearchParams` are those of the web platform. The rest is as in Node.js.
const {
  ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_INVALID_FILE_URL_HOST, ERR_INVALID_FILE_URL_PATH,
  ERR_INVALID_URL_SCHEME, ERR_MISSING_ARGS,
} = require('internal/errors').codes;
const path = require('path');
const querystring = require('internal/querystring');
const { validateObject } = require('internal/validators');
const bindingUrl = internalBinding('url');
const { URL, URLSearchParams } = globalThis;

const isURL = (self) => Boolean(self?.href && self.protocol && self.auth === undefined && self.path === undefined);
const isURLInstance = (value) => value instanceof URL;

const hasEncoded = (pathname, pattern) => pattern.test(pathname);

function pathOfWindows(url) {
  let { pathname } = url;
  if (hasEncoded(pathname, /%(?:2f|5c)/i)) {
    throw new ERR_INVALID_FILE_URL_PATH('must not include encoded \\ or / characters', url);
  }
  pathname = decodeURIComponent(pathname.replaceAll('/', '\\'));
  if (url.hostname !== '') return `\\\\${domainToUnicode(url.hostname)}${pathname}`;
  if (!/^\\[a-z]:/i.test(pathname)) throw new ERR_INVALID_FILE_URL_PATH('must be absolute', url);
  return pathname.slice(1);
}

function pathOfPosix(url) {
  if (url.hostname !== '') throw new ERR_INVALID_FILE_URL_HOST(process.platform);
  if (hasEncoded(url.pathname, /%2f/i)) {
    throw new ERR_INVALID_FILE_URL_PATH('must not include encoded / characters', url);
  }
  return decodeURIComponent(url.pathname);
}

function fileUrl(value) {
  const url = typeof value === 'string' ? new URL(value) : value;
  if (!isURL(url)) throw new ERR_INVALID_ARG_TYPE('path', ['string', 'URL'], value);
  if (url.protocol !== 'file:') throw new ERR_INVALID_URL_SCHEME('file');
  return url;
}

function fileURLToPath(value, options = undefined) {
  const url = fileUrl(value);
  return options?.windows ? pathOfWindows(url) : pathOfPosix(url);
}

function fileURLToPathBuffer(value, options = undefined) {
  const { Buffer } = require('buffer');
  const url = fileUrl(value);
  if (options?.windows) return Buffer.from(pathOfWindows(url));
  if (url.hostname !== '') throw new ERR_INVALID_FILE_URL_HOST(process.platform);
  return Buffer.from(url.pathname.replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16))), 'latin1');
}

// What a path may have and a URL means otherwise.
const escaped = (text) => text.replace(/[%\\\n\r\t?#]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`);

function pathToFileURL(filepath, options = undefined) {
  const windows = options?.windows ?? false;
  const own = windows ? path.win32 : path.posix;
  if (windows && filepath.startsWith('\\\\')) {
    const start = filepath.startsWith('\\\\?\\UNC\\') ? 8 : 2;
    const end = filepath.indexOf('\\', start);
    if (end === -1) throw new ERR_INVALID_ARG_VALUE('path', filepath, 'Missing UNC resource path');
    if (end === 2) throw new ERR_INVALID_ARG_VALUE('path', filepath, 'Empty UNC servername');
    const url = new URL('file://');
    url.hostname = domainToASCII(filepath.slice(start, end));
    url.pathname = escaped(filepath.slice(end).replaceAll('\\', '/'));
    return url;
  }
  let resolved = own.resolve(filepath);
  const last = filepath.at(-1);
  if ((last === '/' || (windows && last === '\\')) && resolved.at(-1) !== own.sep) resolved += '/';
  if (windows) resolved = `/${resolved.replaceAll('\\', '/')}`;
  return new URL(`file://${escaped(resolved)}`);
}

function domainToASCII(domain) {
  if (arguments.length < 1) throw new ERR_MISSING_ARGS('domain');
  return bindingUrl.domainToASCII(`${domain}`);
}

function domainToUnicode(domain) {
  if (arguments.length < 1) throw new ERR_MISSING_ARGS('domain');
  return bindingUrl.domainToUnicode(`${domain}`);
}

function urlToHttpOptions(url) {
  validateObject(url, 'url', 8 | 1);
  const { hostname, pathname, port, username, password, search } = url;
  const options = {
    __proto__: null,
    ...url,
    protocol: url.protocol,
    hostname: hostname?.startsWith('[') ? hostname.slice(1, -1) : hostname,
    hash: url.hash,
    search,
    pathname,
    path: `${pathname || ''}${search || ''}`,
    href: url.href,
  };
  if (port !== '') options.port = Number(port);
  if (username || password) options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
}

const protocols = ['http', 'https', 'ftp', 'gopher', 'file', 'ws', 'wss'];
module.exports = {
  fileURLToPath,
  fileURLToPathBuffer,
  pathToFileURL,
  toPathIfFileURL: (value) => (isURL(value) ? fileURLToPath(value) : value),
  installObjectURLMethods() {},
  URL,
  URLPattern: globalThis.URLPattern,
  URLSearchParams,
  URLParse: URL.parse,
  domainToASCII,
  domainToUnicode,
  urlToHttpOptions,
  encodeStr: querystring.encodeStr,
  isURL,
  isURLInstance,
  getURLHref: (url) => url.href,
  getURLOrigin: (url) => new URL(url).origin,
  urlUpdateActions: {},
  unsafeProtocol: new Set(['javascript', 'javascript:']),
  hostlessProtocol: new Set(['javascript', 'javascript:']),
  slashedProtocol: new Set(protocols.flatMap((name) => [name, `${name}:`])),
};
