// The same for componentize-js.
addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  event.respondWith(
    new Response(JSON.stringify({ path: pathname, agent: request.headers.get("user-agent") }), {
      headers: { "content-type": "application/json" },
    }),
  );
});
