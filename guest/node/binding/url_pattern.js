() => ({ URLPattern: globalThis.URLPattern });
