const show = (url) => console.log([
  url.href, url.origin, url.protocol, url.username, url.password, url.host, url.hostname, url.port,
  url.pathname, url.search, url.hash,
].join(" "));
show(new URL("http://user:pass@EXAMPLE.com:80/a/../b/./c?x=ä#ö"));
show(new URL("../x?y#z", "https://example.com/a/b/c"));
show(new URL("//other.org:8443/p", new URL("https://example.com")));
show(new URL("file:///C:/a/../b"));
show(new URL("mailto:a@b.c"));
show(new URL("data:text/plain,hello world"));
show(new URL("http://faß.example/"));
show(new URL("http://日本語.jp/パス"));
show(new URL("http://[::1]:3000/"));
show(new URL("http://0x7f.1/"));
show(new URL("  http://trim.me/\t\n "));
show(new URL("blob:https://example.com/uuid"));

for (const wrong of ["", "nonsense", "http://", "http://a b/", "http://[::1", "//x", "http://a:99999/", "http://xn--a/"]) {
  try {
    console.log(new URL(wrong).href);
  } catch (error) {
    console.log(error instanceof TypeError, error.code, error.message, URL.canParse(wrong));
  }
}
console.log(URL.canParse("x", "http://a"), URL.canParse("x", "b"));

// Setters.
const url = new URL("http://example.com/path");
url.protocol = "https";
url.username = "me@";
url.password = "p:w";
url.host = "other.org:444";
console.log(url.href);
url.port = "443";
url.hostname = "x.y";
url.pathname = "a b/ü";
url.search = "q=1 2";
url.hash = "top";
console.log(url.href);
url.port = "nonsense";
url.protocol = "mailto";
url.host = "";
url.hash = "";
url.search = "";
console.log(url.href);
url.href = "http://new.example/?a=1";
console.log(url.href);
try { url.href = "nonsense"; } catch (error) { console.log(error instanceof TypeError, url.href); }

// The parameters are live in both directions.
const params = url.searchParams;
params.append("b", "ä &=");
console.log(url.href, params === url.searchParams);
url.search = "?c=3&d=4";
console.log(String(params), params.get("c"), params.get("a"));
params.delete("c");
params.delete("d");
console.log(url.href);
params.set("e", "5");
url.href = "http://z.example/?f=6";
console.log(String(params), JSON.stringify(url), `${url}`);

console.log(Object.prototype.toString.call(url), URL.length, URL.name);
for (const wrong of [
  () => new URL(), () => URL("http://a"), () => URL.canParse(),
  () => Object.getOwnPropertyDescriptor(URL.prototype, "href").get.call({}), () => URL.prototype.toString.call({}),
]) {
  try {
    wrong();
    console.log("nothing was thrown");
  } catch (error) {
    console.log(error instanceof TypeError);
  }
}
console.log(Object.keys(URL.prototype).join());
console.log(url);
