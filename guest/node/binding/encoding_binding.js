(tools, internalBinding, require) => ({
  toASCII: (domain) => require("punycode").toASCII(domain),
  toUnicode: (domain) => require("punycode").toUnicode(domain),
});
