// Requests, responses and their bodies in the middle of being read.
const form = new FormData();
form.append('a', '1');
form.append('f', new File(['bytes'], 'n', { type: 't/t', lastModified: 1 }));
const request = new Request('http://example.com/', { method: 'POST', body: form, headers: { x: 'y' } });
const whole = new Response('whole', { status: 201 });
const [left, right] = (() => { const r = new Response(ReadableStream.from([new Uint8Array([97]), new Uint8Array([98])])); return [r, r.clone()]; })();
const started = new Response('started').body.getReader();
const reading = started.read();
const used = new Response('used');
const text = used.text();
const controller = new AbortController();
const following = new Request('http://example.com/', { signal: controller.signal });
following.signal.addEventListener('abort', () => console.log('aborted', following.signal.reason));
// --- frozen here ---
(async () => {
  const parsed = await request.formData();
  console.log(request.method, request.headers.get('x'), parsed.get('a'), parsed.get('f').name, await parsed.get('f').text());
  console.log(whole.status, await whole.text(), await left.text(), await right.text());
  console.log(new TextDecoder().decode((await reading).value), (await started.read()).done);
  console.log(used.bodyUsed, await text, await used.text().catch((e) => e.name));
  controller.abort('why');
  console.log(new Request(following).signal.aborted, form.get('a'), await Response.json([1]).json());
})();
'http is over'
