const text = (value) => new TextEncoder().encode(value);

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    request.signal.addEventListener("abort", () => console.log("aborted", pathname));
    switch (pathname) {
      case "/wait":
        await new Promise((resolve) => setTimeout(resolve, 3_600_000));
        break;
      case "/events": {
        const timer = setInterval(() => {}, 3_600_000);
        return new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(text("data: first\n\n"));
            },
            cancel(reason) {
              clearInterval(timer);
              console.log("cancelled:", reason.message);
            },
          }),
          { headers: { "content-type": "text/event-stream" } },
        );
      }
      case "/silent":
        return new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(text("first"));
            },
            cancel(reason) {
              console.log("silent, cancelled:", reason.message);
            },
          }),
        );
      case "/spin":
        for (;;);
      case "/broken": {
        let n = 0;
        return new Response(
          new ReadableStream({
            pull(controller) {
              if (n++ > 0) throw new Error("stream broke");
              controller.enqueue(text("first "));
            },
          }),
        );
      }
    }
    console.error("one\ntwo");
    return new Response("fine", { statusText: "Fine Indeed" });
  },
};
