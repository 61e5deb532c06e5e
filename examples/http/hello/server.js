export default {
  fetch(request) {
    const { searchParams } = new URL(request.url);
    return new Response(`Hello, ${searchParams.get("name") ?? "world"}!\n`);
  },
};
