(tools, internalBinding, require) => ({
  domainToASCII: (domain) => { try { return new URL(`ws://${domain}`).hostname; } catch { return ""; } },
  domainToUnicode: (domain) => { try { return require("punycode").toUnicode(new URL(`ws://${domain}`).hostname); } catch { return ""; } },
  // Called when the legacy parser wants the host checked.
  canParse: (input, base) => URL.canParse(input, base),
  format(href, hash, unicode, search, auth) {
    const url = new URL(href);
    if (!hash) url.hash = "";
    if (!search) url.search = "";
    if (!auth) url.username = url.password = "";
    if (!unicode || url.host === "") return url.href;
    return url.href.replace(url.hostname, require("punycode").toUnicode(url.hostname));
  },
});
