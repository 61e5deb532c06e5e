// Responds after some seconds: `/?seconds=5`.
export default {
  async fetch(request) {
    const seconds = Number(new URL(request.url).searchParams.get("seconds"));
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return Response.json(seconds);
  },
};
