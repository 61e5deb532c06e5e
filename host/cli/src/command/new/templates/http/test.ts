import app from "../src/app.ts";

async function expect(path: string, status: number, text: string) {
  const response = await app.fetch(new Request(new URL(path, "http://localhost")));
  const found = await response.text();
  if (response.status !== status || found !== text) {
    throw new Error(`${path}: found ${response.status} ${JSON.stringify(found)}`);
  }
}

await expect("/", 200, "Hello, world!\n");
await expect("/?name=Ada", 200, "Hello, Ada!\n");
await expect("/nowhere", 404, "not found\n");
console.log("ok");
