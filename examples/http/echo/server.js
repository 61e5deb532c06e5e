// Sends back what it is sent, piece by piece as it arrives: neither side has all of it in memory.
export default {
  fetch(request) {
    if (request.body === null) {
      return new Response("Send me a body: curl -T- with this URL, and type.\n", { status: 400 });
    }
    const type = request.headers.get("content-type") ?? "application/octet-stream";
    return new Response(request.body, { headers: { "content-type": type } });
  },
};
