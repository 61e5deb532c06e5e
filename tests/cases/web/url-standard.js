// What differs between the standard and the crate `url`.
const twice = new URL("http://x/??a=b&c=d");
console.log(twice.search, [...twice.searchParams], String(new URLSearchParams("??a=b")), String(new URLSearchParams("?a=b")));
twice.searchParams.append("e", "f");
console.log(twice.href);
twice.search = "??g";
console.log([...twice.searchParams], twice.href);

for (const url of [
  "blob:https://example.org/id", "blob:http://example.org:80/id", "blob:ftp://host/path", "blob:ws://example.org/",
  "blob:blob:https://example.org/", "blob:file:///x", "blob:id",
]) console.log(url, new URL(url).origin);

const set = (href, member, value) => {
  const url = new URL(href);
  url[member] = value;
  console.log(url.href, [url.host, url.pathname, url.search, url.hash], new URL(url.href).href === url.href);
};
set("non-spec:/.//p", "hostname", "h");
set("non-spec:/.//p", "host", "h:8");
set("non-spec:/.//p", "hostname", "");
set("foo:///some/path?q#f", "pathname", "");
set("non-spec:/?q#f", "pathname", "/.//p");
set("non-spec:/", "pathname", "/..//p");
set("non-spec:/", "pathname", "//p");
set("non-spec:/.//", "pathname", "p");
set("non-spec:/a", "pathname", "");
set("non-spec://h/a?q", "pathname", "b?c#d e");
set("http://h/a?q", "pathname", "b?c#d e");
set("mailto:me", "pathname", "//you");
set("sc:/nospace", "pathname", " a\u0001 ");
set("sc:/a", "pathname", "b\t\nc");
