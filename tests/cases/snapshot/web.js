// The web platform in the middle of things.
const url = new URL('http://example.com/a?b=1#c');
const params = url.searchParams;
const decoder = new TextDecoder();
const half = decoder.decode(new Uint8Array([0x61, 0xe2, 0x82]), { stream: true });
const japanese = new TextDecoder('iso-2022-jp');
japanese.decode(new Uint8Array([0x1b, 0x24, 0x42, 0x46]), { stream: true });
const controller = new AbortController();
const any = AbortSignal.any([controller.signal]);
any.addEventListener('abort', (event) => console.log('aborted', event.type, any.reason));
any.onabort = () => console.log('handler');
const target = new EventTarget();
target.addEventListener('once', () => console.log('listener'), { once: true });
const headers = new Headers({ a: '1' });
const walk = headers.entries();
headers.append('b', '2');
walk.next();
const blob = new Blob(['some ', 'bytes']).slice(2);
const reader = new ReadableStream({
  start(control) { this.control = control; control.enqueue('first'); control.enqueue('second'); },
  pull(control) { control.close(); },
}, { highWaterMark: 2 }).getReader();
const read = reader.read();
const text = new TextDecoderStream();
const writer = text.writable.getWriter();
writer.write(new Uint8Array([0xf0, 0x9f]));
const { port1, port2 } = new MessageChannel();
port1.postMessage({ waits: true });
performance.mark('mark', { startTime: 3 });
const uuid = crypto.randomUUID();
// --- frozen here ---
params.append('d', '2');
url.hash = '';
console.log(url.href, url instanceof URL, params.size);
console.log(half + decoder.decode(new Uint8Array([0xac])), japanese.decode(new Uint8Array([0x7c])));
controller.abort('reason');
console.log(target.dispatchEvent(new Event('once')), target.dispatchEvent(new Event('once')));
console.log(walk.next().value.join(), walk.next().done);
console.log(performance.getEntriesByName('mark').length, uuid.length, crypto.randomUUID() !== uuid);
port2.onmessage = (event) => console.log('message', event.data.waits);
(async () => {
  console.log(await blob.text(), (await read).value, (await reader.read()).value, (await reader.read()).done);
  writer.write(new Uint8Array([0x98, 0x80]));
  writer.close();
  for await (const chunk of text.readable) console.log('chunk', chunk);
  console.log(structuredClone(new Map([[1, blob.size]])).get(1), new Headers(headers).get('b'));
  console.log(new TextEncoder().encode('new').length, new CustomEvent('new', { detail: 1 }).detail);
})();
'web is over'
