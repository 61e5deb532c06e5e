// The test that restores this program serves there: an address of its own, and a port that is free.
const response = await fetch("http://127.83.19.7:47811/golden?a=1", {
  method: "PUT",
  headers: { "x-golden": "yes" },
  body: "sent",
});
console.log(response.status, response.headers.get("content-type"));
console.log(await response.text());
