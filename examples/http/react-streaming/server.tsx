// A page that React sends in two parts: what is there at once, and what it waits for. The second
// comes after ?delay=MILLISECONDS, in the same response, and takes the place of the first's fallback.
import { Suspense, use } from "react";
import { renderToReadableStream } from "react-dom/server";

interface Review {
  author: string;
  text: string;
}

// As a database would that takes its time.
async function loadReviews(delay: number): Promise<Review[]> {
  await new Promise((resolve) => setTimeout(resolve, delay));
  return [
    { author: "Ada", text: "It counts." },
    { author: "Grace", text: "No bugs found." },
  ];
}

function Reviews({ reviews }: { reviews: Promise<Review[]> }) {
  return (
    <ul id="reviews">
      {use(reviews).map(({ author, text }) => (
        <li key={author}>
          {text} <em>{author}</em>
        </li>
      ))}
    </ul>
  );
}

function Page({ reviews }: { reviews: Promise<Review[]> }) {
  return (
    <html lang="en">
      <head>
        <title>An abacus</title>
        <style>{"body { font: 1.2rem sans-serif; margin: 2rem } #loading { color: gray }"}</style>
      </head>
      <body>
        <h1>An abacus</h1>
        <p>Ten wires with ten beads each.</p>
        <h2>Reviews</h2>
        <Suspense fallback={<p id="loading">The reviews are on their way.</p>}>
          <Reviews reviews={reviews} />
        </Suspense>
      </body>
    </html>
  );
}

export default {
  async fetch(request: Request) {
    const delay = Number(new URL(request.url).searchParams.get("delay") ?? 2000);
    const stream = await renderToReadableStream(<Page reviews={loadReviews(delay)} />, {
      signal: request.signal,
      onError: (error) => console.error(error),
    });
    return new Response(stream, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};
