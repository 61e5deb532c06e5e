// URLs of files, by the standard: rows of urltestdata.json of the web-platform tests that the crate `url` misses,
// and their neighbours.
const parse = (url, base) => console.log(JSON.stringify(url), base === undefined ? "" : "at " + base, URL.parse(url, base)?.href);
for (const url of [
  "file:\\\\//", "file:\\\\\\\\", "file:\\\\\\\\?fox", "file:\\\\\\\\#guppy", "file://spider///", "file:\\\\localhost//",
  "file://\\/localhost//cat", "file://localhost//a//../..//", "file://example.net/C:/", "file://1.2.3.4/C:/",
  "file://[1::8]/C:/", "file://localhost////foo", "file:////foo", "file:.//p", "file:/.//p", "file:///w|/m", "file:///C|/..",
  "file:C|m/", "file:c:\\foo\\bar", "  \tFI\nLE:/C|/a/./b/%2e%2E/c\u0000 ", "file:", "file://", "file:?q", "file:#f",
  "file:///%43|/", "file:///C|/D|/..", "file://LOCALHOST", "file://ex%41mple/^{`}?a'b^`#a'b^`{", "file://a b/", "file://a:80/",
  "file://u@h/", "file://[::1", "file:///ä?ö#ü", "file://例え/", "file://C|/", "file://C:", "file://x:", "file:ab",
]) parse(url);
for (const [base, ...urls] of [
  ["file://h/C:/a/b", "/", "..", "../../..", "c", "?q", "#f", "", "//", "///x", "\\\\x\\y", "D|/", "D|", "http:x", "http://x/"],
  ["file:///elephant", "///mouse", "/..//localhost//pig", "//localhost//pig", "\\/localhost//pig"],
  ["file://host/dir/file?q#f", "C|", "C|#", "C|?", "C|/", "C|\n/", "C|\\", "C|a", "", "?", "#", "x"],
  ["file:////", "file:///.//", "a", ".."],
  ["file:///", "////one/two", "/\\\\//\\\\/a/../", "%2e%2E/x", "a/%2e"],
  ["file://host/", "/C:/", "file:C:/", "file:/C:/", "C|/"],
  ["http://h/a", "file:b", "file:/b", "file:", "///x/y", "\\\\\\x", "/\\/"],
]) for (const url of urls) parse(url, base);

const set = (href, member, value) => {
  const url = new URL(href);
  try {
    url[member] = value;
  } catch (error) {
    console.log(String(error), error.code);
  }
  console.log(url.href, [url.host, url.pathname, url.search, url.hash], new URL(url.href).href === url.href);
};
set("file:///var/log/system.log", "href", "http://0300.168.0xF0");
set("http://h/", "href", "file:c|/");
set("file:///a", "href", "//x");
set("file://monkey/", "pathname", "\\\\");
set("file:///unicorn", "pathname", "//\\/");
set("file:///unicorn", "pathname", "//monkey/..//");
set("file:///C:/x", "pathname", "d|/../..");
set("file:///a?q", "pathname", "b?c#d e");
set("file:///a", "pathname", "");
for (const host of ["x", "", "localhost", "x:80", "x/y", "C:", "[::1]", "a b", "x\ty"]) set("file://h/p?q#f", "host", host);
set("file://h/p", "hostname", "x?y");
set("file://h/p", "port", "80");
set("file://h/p", "username", "me");
set("file://h/p", "password", "me");
set("file://h/p", "search", "a'b#c");
set("file://h/p?q", "search", "");
set("file://h/p", "hash", "#a`b c");
set("file://h/p#f", "hash", "");
set("file://h/p", "protocol", "http");
set("file:///p", "protocol", "http");
set("file://h/p", "protocol", "x");
set("http://h:80/p?q#f", "protocol", "file:");
set("http://h:81/p", "protocol", "file");
set("http://me@h/p", "protocol", "file");
set("x://h/p", "protocol", "file");
const url = new URL("file:///a?x=1");
url.searchParams.append("y", "'ü");
console.log(url.href, url.origin, url.protocol, [url.username, url.password, url.port], url);
url.searchParams.delete("x");
url.searchParams.delete("y");
console.log(url.href, structuredClone([url.href]), URL.canParse("file://a b"), new URL("x", url).href);

// What else has changed in the standard since.
for (const text of ["http://h/^?^#^", "x://h/^", "x:a  ?q", "x:a  #f", "x:a  ", "https://h:3000/?a b"]) parse(text);
set("x:a  ?q", "search", "");
set("x:a  #f", "hash", "");
set("a:/", "pathname", "^");
set("https://h:3000", "port", "\n\t");
set("https://h:3000", "port", "");
