// What jsvm serves and builds.
export default {
  fetch(request) {
    const { pathname } = new URL(request.url);
    return Response.json({ path: pathname, agent: request.headers.get("user-agent") });
  },
};
