// The signatures of webhooks of GitHub and Stripe, checked with `crypto.subtle` and with `node:crypto`.
import crypto, { createHmac, timingSafeEqual } from "node:crypto";

const encoder = new TextEncoder();
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries has these values.
const github = { secret: "It's a Secret to Everybody", body: "Hello, World!", signature: "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" };
async function verifyGithub({ secret, body, signature }) {
  const key = await globalThis.crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const bytes = Uint8Array.from(signature.slice(7).match(/../g), (pair) => parseInt(pair, 16));
  return globalThis.crypto.subtle.verify("HMAC", key, bytes, encoder.encode(body));
}
const equal = (a, b) => a.length === b.length && timingSafeEqual(encoder.encode(a), encoder.encode(b));
console.log("GitHub", await verifyGithub(github), await verifyGithub({ ...github, body: "Hello, world!" }));
console.log("GitHub", equal(`sha256=${createHmac("sha256", github.secret).update(github.body).digest("hex")}`, github.signature));

// A header `t=…,v1=…` over the time and the body, as stripe.webhooks.constructEvent has it.
function constructEvent(body, header, secret, now) {
  const parts = Object.fromEntries(header.split(",").map((part) => part.split("=")));
  const expected = createHmac("sha256", secret).update(`${parts.t}.${body}`, "utf8").digest("hex");
  if (!equal(expected, parts.v1)) throw new Error("the signature is not valid");
  if (now - Number(parts.t) > 300) throw new Error("the event is too old");
  return JSON.parse(body);
}
const body = JSON.stringify({ id: "evt_1", type: "charge.succeeded" });
const header = `t=1700000000,v1=${crypto.createHmac("sha256", "whsec_test").update(`1700000000.${body}`).digest("hex")}`;
console.log("Stripe", header, constructEvent(body, header, "whsec_test", 1700000100).type);
for (const [text, time] of [[body.replace("1", "2"), 1700000100], [body, 1700001000]]) {
  try {
    constructEvent(text, header, "whsec_test", time);
  } catch (error) {
    console.log("Stripe", error.message);
  }
}
console.log(hex(await crypto.webcrypto.subtle.digest("SHA-256", encoder.encode(body))) === crypto.createHash("sha256").update(body).digest("hex"));
