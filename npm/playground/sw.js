// Keeps the files of the page, so that it works without a network. `files.js`, which the build writes, lists
// them and names the version.
importScripts("files.js");

const NAME = `jsvm-playground-${self.VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(self.FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const others = async () => (await caches.keys()).filter((name) => name.startsWith("jsvm-playground-") && name !== NAME);
  event.waitUntil(others().then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  // What programs fetch is theirs.
  if (new URL(event.request.url).origin === location.origin && event.request.method === "GET") {
    event.respondWith(caches.match(event.request, { ignoreSearch: true }).then((found) => found ?? fetch(event.request)));
  }
});
