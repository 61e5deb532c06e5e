console.log(new Response("x", { status: 201, headers: { a: "1" } }), new Response());
const used = new Response("x");
used.text().then(() => console.log(used));
console.log(new Request("http://a/", { method: "POST", body: "b" }));
const form = new FormData();
form.append("a", "1");
form.append("b", "2");
form.append("a", "3");
console.log(form, new FormData());
