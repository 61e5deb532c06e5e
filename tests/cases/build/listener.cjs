const { greet } = require("./greet.cjs");

addEventListener("fetch", (event) => {
  event.respondWith(new Response(greet(new URL(event.request.url).pathname.slice(1))));
});
