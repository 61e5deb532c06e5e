// Server-sent events: one per second, or as often and as many as ?every=MILLISECONDS&count=NUMBER say.
const PAGE = `<!doctype html>
<title>Events</title>
<ol id="list"></ol>
<script>
  const source = new EventSource("/events");
  source.addEventListener("tick", ({ data }) => {
    const item = document.createElement("li");
    item.textContent = JSON.parse(data).time;
    document.getElementById("list").append(item);
  });
</script>
`;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function* numbers(count) {
  for (let number = 1; number <= count; number++) yield number;
}

function events({ every, count }) {
  const encoder = new TextEncoder();
  const left = numbers(count);
  // Nothing is made before somebody takes it, and nothing after the client is gone.
  return new ReadableStream(
    {
      async pull(controller) {
        const { value: number, done } = left.next();
        if (done) return controller.close();
        if (number > 1) await sleep(every);
        const data = JSON.stringify({ number, time: new Date().toISOString() });
        controller.enqueue(encoder.encode(`id: ${number}\nevent: tick\ndata: ${data}\n\n`));
      },
    },
    { highWaterMark: 0 },
  );
}

export default {
  fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/events") {
      return new Response(PAGE, { headers: { "content-type": "text/html; charset=utf-8" } });
    }
    const every = Number(searchParams.get("every") ?? 1000);
    const count = Number(searchParams.get("count") ?? Infinity);
    if (!(every >= 0) || !(count >= 1)) return new Response("every and count are numbers\n", { status: 400 });
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store" };
    return new Response(events({ every, count }), { headers });
  },
};
