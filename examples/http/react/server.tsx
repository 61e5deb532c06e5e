// A page that React renders on the server, as a whole.
import { renderToString } from "react-dom/server";

const planets = [
  { name: "Mercury", moons: 0 },
  { name: "Earth", moons: 1 },
  { name: "Mars", moons: 2 },
];

function Planet({ name, moons }: { name: string; moons: number }) {
  return (
    <li>
      <strong>{name}</strong> has {moons === 1 ? "one moon" : `${moons} moons`}
    </li>
  );
}

function Page({ visitor }: { visitor: string }) {
  return (
    <html lang="en">
      <head>
        <title>Planets</title>
      </head>
      <body>
        <h1>Planets for {visitor}</h1>
        <ul>
          {planets.map((planet) => (
            <Planet key={planet.name} {...planet} />
          ))}
        </ul>
      </body>
    </html>
  );
}

export default {
  fetch(request: Request) {
    const visitor = new URL(request.url).searchParams.get("visitor") ?? "everybody";
    const html = renderToString(<Page visitor={visitor} />);
    return new Response(`<!doctype html>${html}`, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};
