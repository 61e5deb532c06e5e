// The JSON Web Tokens of hono, as functions and as middleware.
import { Hono } from "hono";
import { jwt, sign, verify, decode } from "hono/jwt";

const token = await sign({ sub: "1", exp: 4102444800 }, "a secret", "HS256");
console.log(token, (await verify(token, "a secret", "HS256")).sub, decode(token).header.alg);
console.log(await verify(token, "another", "HS256").catch((error) => error.name));

const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
const signed = await sign({ sub: "2" }, await crypto.subtle.exportKey("jwk", privateKey), "ES256");
console.log((await verify(signed, await crypto.subtle.exportKey("jwk", publicKey), "ES256")).sub);

const app = new Hono();
app.use("/private/*", jwt({ secret: "a secret", alg: "HS256" }));
app.get("/private/user", (c) => c.text(c.get("jwtPayload").sub));
for (const headers of [{}, { authorization: `Bearer ${token}` }, { authorization: "Bearer x.y.z" }]) {
  const response = await app.request("/private/user", { headers });
  console.log(response.status, await response.text());
}
