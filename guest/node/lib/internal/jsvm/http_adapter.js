'use strict';
// Servers of `node:http` where a program serves by `fetch` events: in `jsvm serve` and in built files. The requests
// that come are sent to the server as text of HTTP/1.1, over a pair of streams.
const { Readable, duplexPair } = require('stream');
const http = require('http');

// What belongs to one connection.
const OF_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']);
const WITHOUT_BODY = new Set([204, 205, 304]);

function connect(server, remote) {
  const { 0: near, 1: far } = duplexPair();
  const { 1: address = remote, 2: port } = /^\[?(.*?)\]?:(\d+)$/.exec(remote ?? '') ?? {};
  far.remoteAddress = address;
  far.remotePort = port === undefined ? undefined : Number(port);
  far.remoteFamily = address === undefined ? undefined : address.includes(':') ? 'IPv6' : 'IPv4';
  // A server of HTTPS gets what is decrypted.
  server.emit(server._sharedCreds === undefined ? 'connection' : 'secureConnection', far);
  return near;
}

function headersOf(request, url) {
  const headers = { host: url.host, connection: 'close' };
  for (const { 0: name, 1: value } of request.headers) {
    if (!OF_CONNECTION.has(name)) headers[name] = value;
  }
  return headers;
}

function responseTo(method, message) {
  const headers = new Headers();
  const { rawHeaders, statusCode: status, statusMessage: statusText } = message;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (!OF_CONNECTION.has(rawHeaders[index].toLowerCase())) headers.append(rawHeaders[index], rawHeaders[index + 1]);
  }
  const hasBody = method !== 'HEAD' && !WITHOUT_BODY.has(status);
  if (!hasBody) message.resume();
  return new Response(hasBody ? Readable.toWeb(message) : null, { status, statusText, headers });
}

function answer(server, request, remote) {
  const url = new URL(request.url);
  const { promise, resolve, reject } = Promise.withResolvers();
  const sent = http.request({
    createConnection: () => connect(server, remote),
    method: request.method,
    path: url.pathname + url.search,
    headers: headersOf(request, url),
  });
  sent.on('response', (message) => resolve(responseTo(request.method, message)));
  sent.on('error', reject);
  if (request.body === null) sent.end();
  else Readable.fromWeb(request.body).on('error', (error) => sent.destroy(error)).pipe(sent);
  return promise;
}

// Lets a server answer the requests of this program. Returns what ends this.
module.exports = (server) => {
  const listener = (event) => event.respondWith(answer(server, event.request, event.remote));
  addEventListener('fetch', listener);
  return () => removeEventListener('fetch', listener);
};
