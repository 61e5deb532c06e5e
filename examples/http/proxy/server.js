// Passes requests on to another server, and has the links in what comes back lead here. Bodies
// pass in pieces, in both directions.
const DEFAULT = "https://example.com";

/** Replaces a text in a stream of text, also where two pieces meet in the middle of it. */
function replacing(from, to) {
  let rest = "";
  return new TransformStream({
    transform(text, controller) {
      const parts = (rest + text).split(from);
      rest = parts.pop();
      // The end of it may be the beginning of what is searched.
      let kept = Math.min(from.length - 1, rest.length);
      while (!from.startsWith(rest.slice(rest.length - kept))) kept--;
      const sure = rest.slice(0, rest.length - kept);
      rest = rest.slice(rest.length - kept);
      const replaced = parts.map((part) => part + to).join("") + sure;
      if (replaced !== "") controller.enqueue(replaced);
    },
    flush(controller) {
      if (rest !== "") controller.enqueue(rest);
    },
  });
}

export default {
  async fetch(request, env) {
    const upstream = new URL(env.UPSTREAM ?? DEFAULT).origin;
    const { origin, pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    // What is compressed cannot be rewritten.
    for (const name of ["host", "content-length", "accept-encoding"]) headers.delete(name);
    const answer = await fetch(upstream + pathname + search, {
      method: request.method,
      headers,
      body: request.body,
      duplex: "half",
      redirect: "manual",
    });
    const rewritten = new Headers(answer.headers);
    const location = rewritten.get("location");
    if (location !== null) rewritten.set("location", location.replace(upstream, origin));
    let { body } = answer;
    if (body !== null && rewritten.get("content-type")?.startsWith("text/")) {
      rewritten.delete("content-length");
      body = body
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(replacing(upstream, origin))
        .pipeThrough(new TextEncoderStream());
    }
    return new Response(body, { status: answer.status, headers: rewritten });
  },
};
