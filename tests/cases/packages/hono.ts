import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";

type Handler = (...params: string[]) => string;
const router = new SmartRouter<Handler>({ routers: [new RegExpRouter<Handler>(), new TrieRouter<Handler>()] });
router.add("ALL", "*", () => "middleware");
router.add("GET", "/", () => "root");
router.add("GET", "/users/:id{[0-9]+}", (id) => `user ${id}`);
router.add("GET", "/users/:name/posts/:post?", (name, post) => `posts of ${name} ${post}`);
router.add("POST", "/users", () => "create");
router.add("GET", "/files/*", () => "file");

for (const [method, path] of [["GET", "/"], ["GET", "/users/42"], ["GET", "/users/ada"], ["GET", "/users/ada/posts/7"], ["POST", "/users"], ["GET", "/files/a/b.txt"], ["DELETE", "/x"]]) {
  const [handlers, stash] = router.match(method, path);
  const results = handlers.map(([handler, params]) => handler(...Object.values(params).map((param) => (typeof param === "number" ? stash![param] : param))));
  console.log(method, path, "->", results.join(", "));
}
console.log(router.name);
