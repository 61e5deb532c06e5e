// Newer than Node.js 20.
console.log(URL.parse("http://a/b").href, URL.parse("nonsense"), URL.parse("c", "http://a/b").href);
console.log(URL.parse("http://a") instanceof URL);
